"""SecantusDB as an embedded server."""

import sys
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from gateway.embedded.child_process import ChildCommand
from gateway.embedded.loopback import HOST, responds, unannounced_port
from gateway.embedded.package_files import file_in, version_of
from gateway.embedded.secret_files import secret_from
from gateway.embedded.setup_run import has_user, setup_run, user_created
from stores.mongo.users import replace_users

LOGIN = "--auth"
USER = "quadrangle"
OPTIONS = "?retryWrites=false&directConnection=true&journal=true"
"""Retryable writes make SecantusDB 20 times slower. Without `journal` a kill loses the last acknowledged writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secantus:
    """SecantusDB, which speaks MongoDB's protocol, in place of MongoDB.

    It runs as a process and is never imported, because its licence is the GPL.
    """

    packages: Path
    version: str
    name: str = "SecantusDB"
    role: str = "mongo"
    folder: str = "mongo"

    async def prepare(self, data: Path) -> None:
        """Create the user, and an empty configuration file: without one it would search other folders.

        SecantusDB creates users only while it asks for no login. Meanwhile it runs for a moment on a random port.
        """
        (data / "secantusd.toml").touch()
        if has_user(data):
            return
        port = unannounced_port()
        command = self.command(data, port)
        without_login = replace(command, arguments=[word for word in command.arguments if word != LOGIN])
        async with setup_run(without_login, partial(self.answers, data, port)):
            await replace_users(
                f"mongodb://{HOST}:{port}/{OPTIONS}", name=USER, password=secret_from(data / "password")
            )
        user_created(data, USER)

    def command(self, data: Path, port: int) -> ChildCommand:
        """As a Python module of the installed package. Clients need a login (SCRAM-SHA-256)."""
        words = ["--config", data / "secantusd.toml", "--host", HOST, "--port", port, "--storage-path", data / "data"]
        words += ["--cache-size", "256M", "--log-level", "WARNING", LOGIN]
        return ChildCommand(
            name=self.name,
            arguments=[sys.executable, "-P", "-m", "secantus", *map(str, words)],
            log=data / "log",
            folder=data,
            environment={"PYTHONPATH": str(self.packages)},
            # Its accept() does not notice that the socket was closed: a connection wakes it, and saves 2 s.
            wake=partial(self.answers, data, port),
        )

    async def answers(self, data: Path, port: int) -> bool:
        """Whether it accepts a connection."""
        return await responds(port)

    async def settle(self, data: Path, port: int) -> None:
        """Nothing to do."""

    def url(self, data: Path, port: int) -> str:
        """The URL of the database, with the user and the password."""
        login = f"{USER}:{secret_from(data / 'password')}"
        return f"mongodb://{login}@{HOST}:{port}/quadrangle{OPTIONS}&authSource=admin&authMechanism=SCRAM-SHA-256"


def installed_secantus() -> Secantus:
    """The SecantusDB of the installed package. Raises `EmbeddedError` if it is missing."""
    return Secantus(packages=file_in("secantus", "__main__.py").parents[1], version=version_of("secantusdb"))
