"""The backend table: which URL scheme selects which backend of each port. The only place that names backends.

Everything that is per port follows from this table: the names of the environment variables (settings.py), the URLs of
a data folder (store_location.py), opening and migrating (open_stores.py). A test checks it against `Stores`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.config import checkers, migration_lists, migrators, openers
from gateway.config.store_clients import StoreClients
from gateway.config.urls import MappedUrl, Url
from stores.domain.migration_steps import MigrationStep, StoreMigrations

Opener = Callable[[StoreClients, Url], Awaitable[Any]]
Migrator = Callable[[StoreClients, Url], Awaitable[Sequence[str]]]
Lister = Callable[[StoreClients, Url], Awaitable[StoreMigrations]]
OldRowsLister = Callable[[StoreClients, Url], Awaitable[Sequence[MigrationStep]]]
Dropper = Callable[[StoreClients, Url], Awaitable[None]]
Checker = Callable[[StoreClients, Url], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Backend:
    """How to open a port in a backend, how to create or update what it needs there, and how to remove what only earlier
    versions read. `pending` lists what `migrate` would do; `old_rows` what it would do to rows of earlier versions, and
    may read all rows for that. `check` finds what a ping does not: a line for each fault."""

    open: Opener
    migrate: Migrator | None = None
    pending: Lister | None = None
    old_rows: OldRowsLister | None = None
    drop_old: Dropper | None = None
    check: Checker | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortBackends:
    """The backends of one port.

    `by_scheme`: URL scheme → backend. `embedded`: roles of the embedded servers that can keep the port, the preferred
    one first. `shares_url_of`: the port whose URL it has, too: one transaction writes both, or
    it keeps the same kind of short-lived data.
    """

    by_scheme: Mapping[str, Backend]
    embedded: Sequence[str]
    shares_url_of: str | None = None


MONGO_PROFILES = Backend(
    openers.mongo_profiles,
    migrate=migrators.migrate_mongo_profiles,
    pending=migration_lists.list_mongo_profiles,
    old_rows=migration_lists.list_old_mongo_profiles,
)
MAPPED_PROFILES = Backend(openers.mapped_mongo_profiles, check=checkers.check_mapped_profiles)
MONGO_CATALOG = Backend(
    openers.mongo_catalog,
    migrate=migrators.migrate_mongo_catalog,
    pending=migration_lists.list_mongo_catalog,
    old_rows=migration_lists.list_old_mongo_catalog,
)
SQL_PROGRESS = Backend(openers.sql_progress, migrate=migrators.migrate_progress, pending=migration_lists.list_progress)
SQL_ACTIVITY = Backend(openers.sql_activity)
SQL_REVOCATIONS = Backend(openers.sql_revocations)
SQL_OUTBOX = Backend(openers.sql_outbox)
INFLUX_TIMELINE = Backend(
    openers.influx_timeline,
    migrate=migrators.migrate_influx,
    pending=migration_lists.list_influx,
    drop_old=migrators.drop_old_influx,
)
SQL_TIMELINE = Backend(
    openers.sql_timeline,
    migrate=migrators.migrate_timeline,
    pending=migration_lists.list_timeline,
    drop_old=migrators.drop_old_timeline,
)
REDIS_SESSIONS = Backend(openers.redis_sessions)
REDIS_LIVE = Backend(openers.redis_live)
REDIS_DOCUMENTS = Backend(openers.redis_documents)
REDIS_RATES = Backend(openers.redis_rates)

MONGO, SQL, REDIS = ("mongodb", "mongodb+srv"), ("cockroachdb", "postgresql"), ("redis", "rediss")
"""The schemes of servers that the same backend serves."""


def stored_in(schemes: Sequence[str], backend: Backend, *, memory: Opener) -> Mapping[str, Backend]:
    """One backend for these schemes, and the one in memory."""
    return dict.fromkeys(schemes, backend) | {"memory": Backend(memory)}


PORTS: Mapping[str, PortBackends] = {
    "profiles": PortBackends(
        by_scheme=stored_in(MONGO, MONGO_PROFILES, memory=openers.memory_profiles),
        embedded=["mongo"],
    ),
    "catalog": PortBackends(
        by_scheme=stored_in(MONGO, MONGO_CATALOG, memory=openers.memory_catalog),
        embedded=["mongo"],
    ),
    "progress": PortBackends(
        by_scheme=stored_in(SQL, SQL_PROGRESS, memory=openers.memory_progress),
        embedded=["sql"],
    ),
    "activity": PortBackends(
        by_scheme=stored_in(SQL, SQL_ACTIVITY, memory=openers.memory_activity),
        embedded=["sql"],
        shares_url_of="progress",
    ),
    "timeline": PortBackends(
        by_scheme={
            "influxdb+http": INFLUX_TIMELINE,
            "influxdb+https": INFLUX_TIMELINE,
            "postgresql": SQL_TIMELINE,
            "memory": Backend(openers.memory_timeline),
        },
        embedded=["influx", "sql"],
    ),
    "sessions": PortBackends(
        by_scheme=stored_in(REDIS, REDIS_SESSIONS, memory=openers.memory_sessions),
        embedded=["redis"],
    ),
    "live": PortBackends(
        by_scheme=stored_in(REDIS, REDIS_LIVE, memory=openers.memory_live),
        embedded=["redis"],
    ),
    "documents": PortBackends(
        by_scheme=stored_in(REDIS, REDIS_DOCUMENTS, memory=openers.memory_documents),
        embedded=["redis"],
        shares_url_of="sessions",
    ),
    "rates": PortBackends(
        by_scheme=stored_in(REDIS, REDIS_RATES, memory=openers.memory_rates),
        embedded=["redis"],
        shares_url_of="sessions",
    ),
    "revocations": PortBackends(
        by_scheme=stored_in(SQL, SQL_REVOCATIONS, memory=openers.memory_revocations),
        embedded=["sql"],
        shares_url_of="progress",
    ),
    "outbox": PortBackends(
        by_scheme=stored_in(SQL, SQL_OUTBOX, memory=openers.memory_outbox),
        embedded=["sql"],
        shares_url_of="progress",
    ),
}
PORTS_WITH_DEADLINE = tuple(port for port in PORTS if port != "outbox")
"""The ports that queries and mutations call. Only relays call the outbox."""
PORTS_WITH_URL = tuple(port for port, backends in PORTS.items() if backends.shares_url_of is None)
"""The ports that have a URL setting of their own."""


def url_for(urls: Mapping[str, Url], port: str) -> Url | None:
    """The URL of a port, or None where it is not set."""
    return urls.get(PORTS[port].shares_url_of or port)


def backend_for(port: str, url: Url) -> Backend:
    """The backend that a URL selects. Profiles that are read by a mapping have their own: nothing is created there."""
    return MAPPED_PROFILES if isinstance(url, MappedUrl) else PORTS[port].by_scheme[url.scheme]
