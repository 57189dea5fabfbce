"""List the migrations of a backend that are pending. These functions only read: they create nothing."""

from collections.abc import Sequence

from gateway.config.store_clients import StoreClients
from gateway.config.urls import Url
from stores.domain.migration_steps import MigrationStep, Phase, StoreMigrations


async def list_mongo_profiles(clients: StoreClients, url: Url) -> StoreMigrations:
    """The indexes of profiles in MongoDB."""
    from stores.mongo.client import open_mongo_to_check
    from stores.mongo.migration_list import list_profiles

    return await list_profiles(await clients.client_for(url, open_mongo_to_check))


async def list_mongo_catalog(clients: StoreClients, url: Url) -> StoreMigrations:
    """The indexes of the catalog in MongoDB."""
    from stores.mongo.client import open_mongo_to_check
    from stores.mongo.migration_list import list_catalog

    return await list_catalog(await clients.client_for(url, open_mongo_to_check))


async def list_old_mongo_profiles(clients: StoreClients, url: Url) -> Sequence[MigrationStep]:
    """The profiles of earlier versions."""
    from stores.mongo.client import open_mongo_patiently
    from stores.mongo.migration_list import list_old_profiles

    return await list_old_profiles(await clients.client_for(url, open_mongo_patiently))


async def list_old_mongo_catalog(clients: StoreClients, url: Url) -> Sequence[MigrationStep]:
    """The courses of earlier versions."""
    from stores.mongo.client import open_mongo_patiently
    from stores.mongo.migration_list import list_old_courses

    return await list_old_courses(await clients.client_for(url, open_mongo_patiently))


async def list_progress(clients: StoreClients, url: Url) -> StoreMigrations:
    """The SQL migrations of progress and the outbox."""
    return await list_sql(clients, url, "progress")


async def list_timeline(clients: StoreClients, url: Url) -> StoreMigrations:
    """The SQL migrations of the timeline."""
    return await list_sql(clients, url, "timeline")


async def list_sql(clients: StoreClients, url: Url, set_name: str) -> StoreMigrations:
    """One set of SQL migrations (a folder of stores/sql/migrations)."""
    from stores.sql.core.migration_list import list_migrations
    from stores.sql.core.pool import open_pool

    return await list_migrations(await clients.client_for(url, open_pool), set_name)


async def list_influx(clients: StoreClients, url: Url) -> StoreMigrations:
    """The InfluxDB database."""
    from stores.influx.client import open_influx

    client = await clients.client_for(url, open_influx)
    if await client.exists():
        return StoreMigrations(applied=1)
    step = MigrationStep(name=f"database {client.database}", phase=Phase.EXPAND, commands=client.creation)
    return StoreMigrations(pending=[step])
