"""storeHealth: the states of the stores and the backlog of the outbox."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from resolvers.health import Health
from stores.domain.catalog import CourseVersion
from stores.domain.events import Event, Verb
from stores.domain.outbox import PARTITIONS, Consumer
from stores.domain.rebuilds import PASS_AGES, Rebuild
from stores.errors import Fault, StoreError, TimedOut, Unavailable
from stores.ports.stores import Stores
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA, BrokenStore, ask


async def test_store_health_never_fails_and_names_the_store_that_is_down() -> None:
    result = await ask("{ storeHealth { store state latencyMs lastErrorAt } }", down="timeline")
    assert result.errors is None
    states = {row["store"]: row["state"] for row in result.data["storeHealth"]}
    assert states == {
        "profiles": "LIVE",
        "catalog": "LIVE",
        "progress": "LIVE",
        "activity": "LIVE",
        "timeline": "DOWN",
        "sessions": "LIVE",
        "live": "LIVE",
        "documents": "LIVE",
        "rates": "LIVE",
        "revocations": "LIVE",
        "outbox": "LIVE",
    }


async def test_store_health_has_the_backlog_of_the_outbox() -> None:
    stores = await world.open_school()
    event = Event(
        id=UUID(int=1),
        registration=world.registration(world.ALGEBRA, 0),
        learner_id=world.ADA,
        course_key=world.ALGEBRA,
        verb=Verb.OTHER,
        verb_iri="https://example.org/waves",
        at=world.NOW,
    )
    items = {CourseVersion(world.ALGEBRA, 1): world.course(world.ALGEBRA, "").items}
    outbox: Any = stores.outbox
    outbox.now = lambda: world.NOW - timedelta(seconds=90)
    await stores.progress.record([event], items=items)

    async def behind(stores: Stores) -> Any:
        peer = world.peer_of(stores, world.admin(), trace=False)
        result = await SCHEMA.execute("{ storeHealth { store backlog lagSeconds } }", context_value=peer)
        assert result.errors is None
        rows = {row.pop("store"): row for row in (result.data or {})["storeHealth"]}
        return {store: (row["backlog"], row["lagSeconds"]) for store, row in rows.items()}

    none = dict.fromkeys(stores.by_name(), (None, None))
    assert await behind(stores) == {**none, "timeline": (1, 90.0), "live": (1, 90.0)}
    for consumer in Consumer:
        await stores.outbox.settle(consumer, await stores.outbox.take(consumer, range(PARTITIONS), most=10))
    assert await behind(stores) == {**none, "timeline": (0, 0.0), "live": (0, 0.0)}
    down: Any = BrokenStore(lambda: Unavailable("outbox", "gone"))
    assert await behind(replace(stores, outbox=down)) == none


async def test_a_store_that_is_being_rebuilt_is_degraded_and_says_how_much_is_done() -> None:
    stores = await world.open_school()
    progress = stores.progress

    async def rebuilt(stores: Stores) -> dict[str, tuple[str, float | None]]:
        health = Health(stores=stores, backends=dict.fromkeys(stores.by_name(), "memory"), now=lambda: world.NOW)
        return {row.store: (row.state.value, row.rebuilt) for row in await health.check_with_backlog()}

    live = dict.fromkeys(stores.by_name(), ("LIVE", None))
    assert await rebuilt(stores) == live
    for kind in Rebuild:
        await progress.start_rebuild(kind)
    assert await rebuilt(stores) == {**live, "timeline": ("DEGRADED", 0.0), "activity": ("DEGRADED", 0.0)}
    started = await progress.rebuild_position(Rebuild.TIMELINE)
    assert started is not None
    rows = await progress.enrollments_after(None, most=100)
    half = replace(started, number=1, after=rows[len(rows) // 2 - 1].registration)
    await progress.advance_rebuild(Rebuild.TIMELINE, half)
    await progress.advance_rebuild(Rebuild.ACTIVITY, None)
    share = (1 + (len(rows) // 2) / len(rows)) / (len(PASS_AGES) + 1)
    assert await rebuilt(stores) == {**live, "timeline": ("DEGRADED", share)}
    down: Any = BrokenStore(lambda: Unavailable("progress", "gone"))
    assert await rebuilt(replace(stores, progress=down)) == {**live, "progress": ("DOWN", None)}


@pytest.mark.parametrize("latest", [Health.latest, Health.latest_of_probes])
async def test_one_check_serves_all_requests_of_a_second(latest: Callable[[Health], Awaitable[object]]) -> None:
    stores = await world.open_school()
    pings = 0

    class Counted:
        async def ping(self) -> None:
            nonlocal pings
            pings += 1

    health = Health(
        stores=replace(stores, profiles=cast(Any, Counted())),
        backends=dict.fromkeys(stores.by_name(), "memory"),
        now=lambda: world.NOW,
    )
    first, *others = await asyncio.gather(*(latest(health) for _ in range(50)))
    assert all(other == first for other in others)
    assert pings == 1


class Recorded:
    """What is logged of the stores."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str | None]] = []

    def failed(self, store: str, error: StoreError) -> None:
        self.lines.append((store, error.fault.value))

    def answered(self, store: str) -> None:
        self.lines.append((store, None))


async def test_failures_and_pings_are_logged_and_say_why_a_store_is_not_live() -> None:
    stores = await world.open_school()
    error = Unavailable("profiles", "a password is required", fault=Fault.BAD_CREDENTIALS)
    down: Any = BrokenStore(lambda: error)
    log = Recorded()
    health = Health(
        stores=replace(stores, profiles=down),
        backends=dict.fromkeys(stores.by_name(), "memory"),
        now=lambda: world.NOW,
        log=log,
    )
    health.failed("catalog", TimedOut("catalog", "no answer in time"))
    rows = {row.store: row for row in await health.check()}
    assert (rows["profiles"].reason, rows["profiles"].fault) == (Fault.BAD_CREDENTIALS, str(error))
    assert (rows["catalog"].state.value, rows["catalog"].reason) == ("DEGRADED", Fault.TIMEOUT)
    assert (rows["live"].state.value, rows["live"].reason) == ("LIVE", None)
    assert log.lines[0] == ("catalog", "TIMEOUT")
    assert {*log.lines[1:]} == {
        ("profiles", "BAD_CREDENTIALS"),
        *((store, None) for store in stores.by_name() if store != "profiles"),
    }
