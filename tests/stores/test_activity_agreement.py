"""Any sequence of events, in any batches and by several writers, leaves the activity that the whole ledger has."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stores.domain.calendar import ALL_TIME, QUARTER, Span
from stores.domain.events import Event, Verb
from stores.memory.activity import MemoryActivity
from stores.memory.progress import MemoryProgress
from stores.ports.activity import Activity
from stores.sql.activity.activity import SqlActivity
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import Pool, open_pool
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, fresh_sql
from tests.stores.learning import C1, C2, CATALOG, done, enrollment, fitted
from tests.stores.samples import NOON
from tests.stores.test_progress_agreement import SETTINGS, batches_of, emptied, shuffled

ENROLLED = [enrollment(1), enrollment(2), enrollment(3, pin=C2)]
REGISTRATIONS = [row.registration for row in ENROLLED]
CLERICAL = ("REGISTERED", "UNREGISTERED", "VOIDED")
WINDOWS = [Span(NOON + place * QUARTER, NOON + (place + 2) * QUARTER) for place in (0, 2)]


def made(number: int, verb: Verb, of: int, **fields: Any) -> Event:
    """Event `number` of enrolment `of`."""
    return fitted(done(number, verb, **fields), ENROLLED[of])


numbers = some.integers(1, 16)
made_events = some.lists(
    some.builds(
        made,
        numbers,
        some.sampled_from([Verb.PLAYED, Verb.PLAYED, Verb.OTHER, Verb.REGISTERED, Verb.VOIDED, Verb.VOIDED]),
        some.sampled_from([0, 0, 0, 1, 2]),
        at=some.sampled_from([0, 1, 900, 1800]),
        duration_ms=some.none() | some.integers(0, 5000),
        voids=numbers.map(lambda number: UUID(int=number)),
    ),
    max_size=8,
)


@pytest.fixture
async def pool(servers: Servers) -> AsyncIterator[Pool]:
    async with fresh_sql(servers) as url, open_pool(url) as pool:
        await migrate(pool, "progress")
        yield pool


async def reads(activity: Activity) -> list[Any]:
    by_registrations = await activity.by_registrations(REGISTRATIONS, span=ALL_TIME)
    found: list[Any] = [{key: list(counts) for key, counts in by_registrations.items()}]
    for learners in (True, False):
        courses = await activity.by_courses([C1.key, C2.key], windows=WINDOWS, learners=learners)
        found.append({key: list(row) for key, row in courses.items() if any(window.events for window in row)})
    return found


async def ledger_by_hand(pool: Pool) -> dict[UUID, dict[datetime, tuple[int, int]]]:
    """The activity of the ledger's rows, counted without the code of the domain."""
    rows = await pool.fetch("SELECT event_id, registration, verb, occurred_at, duration_ms, voids FROM event_ledger")
    dead = {(row["voids"], row["registration"]) for row in rows if row["verb"] == "VOIDED"}
    counts: defaultdict[UUID, Counter[datetime]] = defaultdict(Counter)
    sums: defaultdict[UUID, Counter[datetime]] = defaultdict(Counter)
    for row in rows:
        if row["verb"] in CLERICAL or (row["event_id"], row["registration"]) in dead:
            continue
        at = row["occurred_at"]
        start = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
        counts[row["registration"]][start] += 1
        sums[row["registration"]][start] += row["duration_ms"] or 0
    return {key: {start: (events, sums[key][start]) for start, events in row.items()} for key, row in counts.items()}


async def table(pool: Pool) -> dict[UUID, dict[datetime, tuple[int, int]]]:
    found: defaultdict[UUID, dict[datetime, tuple[int, int]]] = defaultdict(dict)
    for row in await pool.fetch("SELECT registration, quarter_start, events, active_ms FROM course_activity"):
        found[row["registration"]][row["quarter_start"]] = (row["events"], row["active_ms"])
    return found


@SETTINGS
@given(steps=some.lists(some.tuples(some.sampled_from(["record", "record", "load"]), made_events), max_size=6))
async def test_activity_agrees(pool: Pool, steps: Sequence[tuple[str, list[Event]]]) -> None:
    memory, sql = MemoryProgress(), await emptied(pool)
    for progress in (memory, sql):
        await progress.enroll(ENROLLED, items=CATALOG)
    for how, new in steps:
        for progress in (memory, sql):
            await (progress.record if how == "record" else progress.load)(new, items=CATALOG)
        assert await reads(SqlActivity(pool)) == await reads(MemoryActivity(memory))
    assert await table(pool) == await ledger_by_hand(pool)
    assert await SqlActivity(pool).recount(REGISTRATIONS) == 0
    assert await table(pool) == await ledger_by_hand(pool)


@SETTINGS
@given(
    new=made_events.map(lambda events: [*{event.id: event for event in events}.values()]),
    chance=some.randoms(use_true_random=False),
)
async def test_any_concurrency_counts_each_event_once(pool: Pool, new: list[Event], chance: Random) -> None:
    """Three writers at once, each with all events in its own order and batches, and recounts among them, which find
    nothing to repair."""
    writers = [await emptied(pool), SqlProgress(pool), SqlProgress(pool)]
    activity = SqlActivity(pool)
    await writers[0].enroll(ENROLLED, items=CATALOG)
    batches = [(progress, batch) for progress in writers for batch in batches_of(shuffled(new, chance), chance)]
    _, changed = await asyncio.gather(
        asyncio.gather(*(progress.record(batch, items=CATALOG) for progress, batch in batches)),
        asyncio.gather(*(activity.recount(REGISTRATIONS) for _ in range(3))),
    )
    assert changed == [0, 0, 0]
    assert await table(pool) == await ledger_by_hand(pool)
    assert await activity.recount(REGISTRATIONS) == 0
