"""Which migrations the stores lack. It reads only: it creates nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from gateway.config.backends import PORTS, Backend
from gateway.config.open_stores import own_backends
from gateway.config.store_clients import Now, StoreClients
from gateway.config.urls import Url
from stores.domain.migration_steps import MigrationStep, StoreMigrations
from stores.errors import StoreError, as_store_error

WITHIN = timedelta(seconds=10)
MISSING = {"mongodb": "indexes are missing", "influxdb": "the database is missing"}
"""What a backend lacks where nothing is applied; tables in the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortMigrations:
    """The migrations of a port that has a URL of its own. `fault`: why they are not known. A database of a later
    version and a migration that was edited are faults, too."""

    port: str
    backend: str
    migrations: StoreMigrations = field(default_factory=StoreMigrations)
    fault: StoreError | None = None

    @property
    def pending(self) -> Sequence[MigrationStep]:
        """The steps that are not applied, in order."""
        return self.migrations.pending

    @property
    def advice(self) -> str | None:
        """What is missing, and what to do; None if nothing is pending."""
        if not self.pending:
            return None
        count = len(self.pending)
        missing = MISSING.get(self.backend, "tables are missing")
        if self.migrations.applied:
            missing = "a migration is pending" if count == 1 else f"{count} migrations are pending"
        return f"{self.port}: {missing}: run `quadrangle migrate`"

    @property
    def ports(self) -> Sequence[str]:
        """This port and those that share its URL, and its migrations."""
        return [port for port, backends in PORTS.items() if self.port in (port, backends.shares_url_of)]


async def pending_migrations(
    urls: Mapping[str, Url], *, now: Now, old_rows: bool = False, within: timedelta = WITHIN
) -> Sequence[PortMigrations]:
    """The migrations of each port: tables, indexes, databases. `old_rows`: also rows that an earlier version wrote,
    for which all rows may be read; without it, this is cheap. A store that has not listed its steps `within` this time
    is a fault. Never raises a `StoreError`."""
    async with AsyncExitStack() as stack:
        clients = StoreClients(stack, now)
        listing = partial(_listed, clients, old_rows=old_rows, within=within)
        return await asyncio.gather(*(listing(port, url, backend) for port, url, backend in own_backends(urls)))


async def _listed(
    clients: StoreClients, port: str, url: Url, backend: Backend, *, old_rows: bool, within: timedelta
) -> PortMigrations:
    name = url.scheme.partition("+")[0]
    if backend.pending is None:
        return PortMigrations(port=port, backend=name)
    try:
        async with asyncio.timeout(within.total_seconds()):
            found = await backend.pending(clients, url)
        if old_rows and backend.old_rows is not None:
            found = replace(found, pending=[*found.pending, *await backend.old_rows(clients, url)])
    except (StoreError, TimeoutError) as error:
        return PortMigrations(port=port, backend=name, fault=as_store_error(port, error))
    return PortMigrations(port=port, backend=name, migrations=found)
