"""/readyz and the log know which stores are not migrated."""

import asyncio
from collections.abc import Sequence

from gateway.config.pending_migrations import PortMigrations
from gateway.http.migration_watch import INTERVAL_SECONDS, watching_migrations
from resolvers.health import Health
from stores.domain.migration_steps import MigrationStep, Phase, StoreMigrations
from stores.errors import Rejected, Unavailable
from tests.gateway.log_stream import captured_logs
from tests.resolvers import world

STEP = MigrationStep(name="0001_progress.sql", phase=Phase.EXPAND, commands=[])
PENDING = PortMigrations(port="progress", backend="postgresql", migrations=StoreMigrations(pending=[STEP]))
DONE = PortMigrations(port="progress", backend="postgresql", migrations=StoreMigrations(applied=1))
AWAY = PortMigrations(port="progress", backend="postgresql", fault=Unavailable("progress", "canary"))
NEWER = PortMigrations(port="progress", backend="postgresql", fault=Rejected("progress", "the database is newer"))


class Looks:
    """Finds these migrations, one list for each look; the pauses between them end at once."""

    def __init__(self, *found: PortMigrations | Exception) -> None:
        self.left = list(found)
        self.pauses: list[float] = []
        self.done = asyncio.Event()

    async def find(self) -> Sequence[PortMigrations]:
        found = self.left.pop(0)
        if not self.left:
            self.done.set()
        if isinstance(found, Exception):
            raise found
        return [found]

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if not self.left:
            await asyncio.Event().wait()


async def health() -> Health:
    stores = await world.open_school()
    return Health(stores=stores, backends=dict.fromkeys(stores.by_name(), "memory"), now=lambda: world.NOW)


async def test_a_store_that_is_not_migrated_is_degraded_until_it_is() -> None:
    of_stores, looks = await health(), Looks(PENDING)
    async with watching_migrations(of_stores, looks.find, sleep=looks.sleep):
        states = {row.store: (row.state.value, row.reason and row.reason.value) for row in await of_stores.check()}
    pending = {port for port, state in states.items() if state == ("DEGRADED", "MIGRATIONS_PENDING")}
    assert pending == {"progress", "activity", "revocations", "outbox"}
    assert {state for port, state in states.items() if port not in pending} == {("LIVE", None)}
    looks = Looks(DONE)
    async with watching_migrations(of_stores, looks.find, sleep=looks.sleep):
        assert of_stores.unmigrated == set()


async def test_it_looks_again_while_migrations_are_pending_or_unknown() -> None:
    looks = Looks(AWAY, PENDING, PENDING, DONE)
    async with watching_migrations(await health(), looks.find, sleep=looks.sleep):
        await looks.done.wait()
    assert looks.pauses == [INTERVAL_SECONDS] * 3


async def test_an_unexpected_error_is_logged_once_and_does_not_end_it() -> None:
    of_stores, looks = await health(), Looks(RuntimeError("canary"), RuntimeError("canary"), PENDING, DONE)
    with captured_logs() as logs:
        async with watching_migrations(of_stores, looks.find, sleep=looks.sleep):
            await looks.done.wait()
    assert [line["message"] for line in logs.records("quadrangle.stores")] == [
        "pending migrations cannot be listed",
        "progress: tables are missing: run `quadrangle migrate`",
    ]
    assert "canary" not in logs.getvalue()


async def test_what_is_pending_is_logged_once() -> None:
    looks = Looks(AWAY, PENDING, PENDING, NEWER, DONE)
    with captured_logs() as logs:
        async with watching_migrations(await health(), looks.find, sleep=looks.sleep):
            await looks.done.wait()
    assert [(line["level"], line["message"]) for line in logs.records("quadrangle.stores")] == [
        ("WARNING", "progress: tables are missing: run `quadrangle migrate`"),
        ("WARNING", "progress: the database is newer"),
    ]
