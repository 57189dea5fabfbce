"""The counters of items and the last items never drift: in SQL, summaries are those that memory computes from its
states, which it folds from the whole ledger."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stores.domain.calendar import Span
from stores.domain.catalog import CourseVersion, Item
from stores.domain.events import Event, Verb
from stores.memory.activity import MemoryActivity
from stores.memory.progress import MemoryProgress
from stores.ports.activity import Activity
from stores.ports.progress import Progress
from stores.sql.activity.activity import SqlActivity
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import Pool, open_pool
from stores.sql.migrations.fill_item_counts import fill_item_counts
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, fresh_sql
from tests.stores.learning import C1, C2, C3, CATALOG, ITEMS, done, enrollment, events
from tests.stores.samples import NOON
from tests.stores.test_progress_agreement import SETTINGS, batches_of, emptied, of_their_enrolments, shuffled

NEWER = CourseVersion("c1", 2)
"""Another version of course c1: one item has another rule, another item is gone, one is new."""
VERSIONS: Mapping[CourseVersion, tuple[Item, ...]] = {
    **CATALOG,
    NEWER: (ITEMS[5], *ITEMS[:2], replace(ITEMS[2], mastery_score=0.9)),
}
LENIENT = {pin: tuple(replace(one, mastery_score=0.3) for one in items) for pin, items in VERSIONS.items()}
"""For refolds: the same items by another rule."""
KEYS = [item.key for item in ITEMS]
REGISTRATIONS = [UUID(int=number) for number in range(1, 5)]
DAYS = [Span(NOON + timedelta(days=number), NOON + timedelta(days=number + 1)) for number in range(2)]

enrolments = some.builds(enrollment, some.integers(1, 4), pin=some.sampled_from([C1, NEWER, C2, C3]))
made_events = events(ids=14, registrations=[1, 2, 3, 4], item_keys=[*KEYS, "quiz", "quiz", None])
steps = some.lists(
    some.tuples(some.just("enroll"), some.lists(enrolments, max_size=4))
    | some.tuples(some.sampled_from(["record", "record", "load"]), some.lists(made_events, max_size=9))
    | some.tuples(some.just("refold"), some.sampled_from([VERSIONS, LENIENT])),
    max_size=8,
).map(lambda made: [("enroll", [enrollment(1), enrollment(2, pin=NEWER)]), *made])
"""Withdrawals, returns and voids are among the events."""


@pytest.fixture
async def pool(servers: Servers) -> AsyncIterator[Pool]:
    async with fresh_sql(servers) as url, open_pool(url, size=12) as pool:
        await migrate(pool, "progress")
        yield pool


async def reads(activity: Activity) -> list[Any]:
    """All numbers, as of a time before and after the learners have stopped."""
    courses, learners = ["c1", "c2", "c3", "none"], ["u1", "u2", "u3", "u4"]
    found: list[Any] = []
    for weeks in (1, 3):
        for items in (True, False):
            found.append(await activity.summaries(courses, items=items, now=NOON + timedelta(weeks=weeks, seconds=2)))
    counts = await activity.completions(courses, windows=DAYS)
    found.append({key: list(its) for key, its in counts.items() if any(its)})
    quarters = await activity.quarters_of_learners(learners, courses=None)
    return [*found, {key: list(its) for key, its in quarters.items()}]


@settings(SETTINGS, max_examples=120)
@given(made=steps)
async def test_summaries_agree(pool: Pool, made: Sequence[tuple[str, Any]]) -> None:
    memory, sql = MemoryProgress(), await emptied(pool)
    rules = VERSIONS
    for how, what in made:
        if how == "refold":
            rules = what  # later events are judged by them, too: memory folds the whole ledger each time
        new = await of_their_enrolments(memory, what) if how in ("record", "load") else what
        for progress in (memory, sql):
            await step(progress, how, new, rules)
        assert await reads(SqlActivity(pool)) == await reads(MemoryActivity(memory))


async def step(progress: Progress, how: str, what: Any, rules: Mapping[CourseVersion, Sequence[Item]]) -> None:
    match how:
        case "enroll":
            await progress.enroll(what, items=rules)
        case "record":
            await progress.record(what, items=rules)
        case "load":
            await progress.load(what, items=rules)
        case "refold":
            await progress.refold(REGISTRATIONS, items=rules)


@settings(SETTINGS, max_examples=25)
@given(
    made=some.lists(
        events(ids=60, registrations=[1, 2, 3, 4], item_keys=[*KEYS, "quiz"]), max_size=40, unique_by=lambda e: e.id
    ),
    chance=some.randoms(use_true_random=False),
)
async def test_concurrent_writers_and_fills_that_are_killed_lose_and_double_nothing(
    pool: Pool, made: list[Event], chance: Random
) -> None:
    """Existing rows without counters; then three gateways at once in one course, each with all events in its own order
    and batches, beside two migrators, one of them killed again and again."""
    rows = [enrollment(number, pin=pin) for number, pin in zip((1, 2, 3, 4), (C1, C1, C1, NEWER), strict=True)]
    memory = MemoryProgress()
    writers = [await emptied(pool), SqlProgress(pool), SqlProgress(pool)]
    first = chance.randint(0, len(made))
    for progress in (memory, writers[0]):
        await progress.enroll(rows, items=VERSIONS)
        await progress.record(made[:first], items=VERSIONS)
    await pool.execute("DELETE FROM course_item_counts")
    await pool.execute("UPDATE course_progress SET counted = false")
    await pool.execute("UPDATE enrollment_order SET item_key = NULL")
    await memory.record(made, items=VERSIONS)
    batches = [(progress, batch) for progress in writers for batch in batches_of(shuffled(made, chance), chance)]

    async def killed() -> None:
        for number in range(5):
            with suppress(TimeoutError):
                async with asyncio.timeout(number * chance.random() * 0.004):
                    await fill_item_counts(pool)

    await asyncio.gather(
        *(progress.record(batch, items=VERSIONS) for progress, batch in batches), killed(), fill_item_counts(pool)
    )
    await fill_item_counts(pool)
    assert await reads(SqlActivity(pool)) == await reads(MemoryActivity(memory))


async def test_writers_in_one_course_at_once_lose_no_count(pool: Pool) -> None:
    """Each of eight gateways writes the same item of learners of its own."""
    writers = [SqlProgress(pool) for _ in range(8)]
    numbers = range(1, 161)
    await writers[0].enroll([enrollment(number) for number in numbers], items=CATALOG)
    await asyncio.gather(
        *(
            writers[number % 8].record([done(number, Verb.PASSED, "quiz", of=number, score=0.5)], items=CATALOG)
            for number in numbers
        )
    )
    found = await SqlActivity(pool).summaries(["c1"], items=True, now=NOON)
    [quiz] = found["c1"].items or ()
    assert (quiz.item_key, quiz.started, quiz.satisfied, quiz.average_score) == ("quiz", 160, 160, 0.5)
