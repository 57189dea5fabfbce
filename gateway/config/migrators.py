"""Create or update what a backend needs: tables, indexes, databases. Each function is idempotent.

A migrator returns the names of the steps that it applied in this run. The functions `drop_old_…` remove what only
earlier versions read. `gateway.config.migration_lists` lists what is pending.
"""

from collections.abc import Sequence

from gateway.config.store_clients import StoreClients
from gateway.config.urls import Url


async def migrate_mongo_profiles(clients: StoreClients, url: Url) -> Sequence[str]:
    """Create the indexes of profiles in MongoDB and fill what searches need."""
    from stores.mongo.client import open_mongo_patiently
    from stores.mongo.migrations import migrate_profiles

    return await migrate_profiles(await clients.client_for(url, open_mongo_patiently))


async def migrate_mongo_catalog(clients: StoreClients, url: Url) -> Sequence[str]:
    """Create the indexes of the catalog in MongoDB and fill what searches need."""
    from stores.mongo.client import open_mongo_patiently
    from stores.mongo.migrations import migrate_catalog

    return await migrate_catalog(await clients.client_for(url, open_mongo_patiently))


async def migrate_progress(clients: StoreClients, url: Url) -> Sequence[str]:
    """Apply the SQL migrations of progress and the outbox."""
    return await migrate_sql(clients, url, "progress")


async def migrate_timeline(clients: StoreClients, url: Url) -> Sequence[str]:
    """Apply the SQL migrations of the timeline."""
    return await migrate_sql(clients, url, "timeline")


async def migrate_sql(clients: StoreClients, url: Url, set_name: str) -> Sequence[str]:
    """Apply one set of SQL migrations (a folder of stores/sql/migrations)."""
    from stores.sql.core.migrate import migrate
    from stores.sql.core.pool import open_pool

    return await migrate(await clients.client_for(url, open_pool), set_name)


async def migrate_influx(clients: StoreClients, url: Url) -> Sequence[str]:
    """Create the InfluxDB database."""
    from stores.influx.client import open_influx

    client = await clients.client_for(url, open_influx)
    await client.prepare()
    return []


async def drop_old_influx(clients: StoreClients, url: Url) -> None:
    """Drop the measurements of earlier layouts of the timeline."""
    from stores.influx.client import open_influx

    client = await clients.client_for(url, open_influx)
    await client.drop_old_layout()


async def drop_old_timeline(clients: StoreClients, url: Url) -> None:
    """Drop the tables of earlier layouts of the timeline."""
    from stores.sql.core.pool import open_pool
    from stores.sql.timeline.old_layout import drop_old_layout

    await drop_old_layout(await clients.client_for(url, open_pool))
