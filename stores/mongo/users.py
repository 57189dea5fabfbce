"""Users of a MongoDB server."""

from stores.mongo.client import open_mongo_patiently, translate_errors


async def replace_users(url: str, *, name: str, password: str) -> None:
    """Leave one user, an administrator: all others are dropped. The server must permit this without a login."""
    async with open_mongo_patiently(url) as database:
        with translate_errors("profiles"):
            server = database.client
            # SecantusDB's usersInfo knows no `forAllDBs`.
            for where in await server.admin["system.users"].distinct("db"):
                await server[where].command("dropAllUsersFromDatabase", 1)
            await server.admin.command("createUser", name, pwd=password, roles=["root"], mechanisms=["SCRAM-SHA-256"])
