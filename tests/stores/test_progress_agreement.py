"""Any sequence of enrolments and events gives the same answers in memory, which refolds all of them, and in SQL, which
merges new events into its rows."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from stores.domain.enrollment_order import ORDERS, EnrollmentFilter, sort_values
from stores.domain.events import Event
from stores.domain.outbox import PARTITIONS, Consumer, partition_of
from stores.domain.progress import EnrollmentState, VerdictStatus
from stores.domain.sessions import ResumePoint
from stores.memory.outbox import MemoryOutbox
from stores.memory.progress import MemoryProgress
from stores.ports.outbox import Outbox
from stores.ports.progress import Progress
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import Pool, open_pool
from stores.sql.outbox.outbox import SqlOutbox
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, fresh_sql
from tests.stores.learning import C1, C2, C3, CATALOG, enrollment, events, fitted, moment

SETTINGS = settings(
    derandomize=True,
    phases=[Phase.generate],  # to shrink a failure takes minutes here, and examples are small as they are
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
NUMBERS = [1, 2, 3]
REGISTRATIONS = [UUID(int=number) for number in [*NUMBERS, 4]]
LEARNERS = ["u1", "u2", "nobody"]
COURSES = ["c1", "c2", "c3", "none"]
KEYS = ["page", "video", "quiz", "lab", "essay", "extra"]

enrolments = some.builds(
    enrollment,
    some.sampled_from(NUMBERS),
    pin=some.sampled_from([C1, C1, C2, C3]),
    learner_id=some.sampled_from(LEARNERS[:2]),
    attributes=some.sampled_from([{}, {"é": [None, 1, 2.5]}]),
)
points = some.builds(
    ResumePoint,
    registration=some.sampled_from([UUID(int=number) for number in NUMBERS]),
    item_key=some.sampled_from(["page", "video"]),
    position=some.none() | some.just(1.5),
    at=some.integers(0, 3).map(moment),
    device=some.none() | some.just("phone"),
    id=some.sampled_from(["s1", "s2", str(UUID(int=3))]),
)
several = events(ids=12, registrations=[*NUMBERS, 1, 1, 4], item_keys=[*KEYS, "quiz", "page", None, "no such item"])
steps = some.lists(
    some.tuples(some.just("enroll"), some.lists(enrolments, max_size=3))
    | some.tuples(some.sampled_from(["record", "record", "load"]), some.lists(several, max_size=8))
    | some.tuples(some.just("checkpoint"), some.lists(points, max_size=3))
    | some.tuples(some.just("refold"), some.lists(some.sampled_from(NUMBERS), max_size=2)),
    max_size=8,
).map(lambda made: [("enroll", [enrollment(1)]), *made])
bounds = some.none() | some.sampled_from([0.0, 0.125, 0.5, 1.0])
questions = some.fixed_dictionaries(
    {
        "states": some.none() | some.sets(some.sampled_from(EnrollmentState)),
        "courses": some.none() | some.sets(some.sampled_from(COURSES)),
        "item": some.none() | some.sampled_from(KEYS),
        "first": some.integers(1, 3),
        "order": some.none() | some.sampled_from(ORDERS),
        "where": some.none()
        | some.builds(
            EnrollmentFilter,
            completion_below=bounds,
            completion_at_least=bounds,
            inactive_since=some.none() | some.integers(0, 3).map(moment),
            learner_ids=some.none() | some.sets(some.sampled_from(LEARNERS)).map(tuple),
        ),
    }
)


@pytest.fixture
async def pool(servers: Servers) -> AsyncIterator[Pool]:
    async with fresh_sql(servers) as url, open_pool(url) as pool:
        await migrate(pool, "progress")
        yield pool


async def check_sort_values(pool: Pool, progress: Progress) -> None:
    """Every row of `enrollment_order` is what progress says, and no row is missing."""
    courses = await progress.course_progress(REGISTRATIONS)
    expected = {
        (key, field.value): (row.course_key, row.state.value, value, partition_of(key))
        for key, row in (await progress.by_registrations(REGISTRATIONS)).items()
        for field, value in sort_values(row, courses[key]).items()
    }
    found = await pool.fetch("SELECT registration, field, course_key, state, value, partition FROM enrollment_order")
    assert {(row[0], row[1]): tuple(row)[2:] for row in found} == expected


async def emptied(pool: Pool) -> SqlProgress:
    for table in (
        "enrollments",
        "item_progress",
        "item_sessions",
        "course_progress",
        "certificates",
        "resume_points",
        "event_ledger",
        "course_activity",
        "course_item_counts",
        "enrollment_order",
        "enrollment_counts",
        "outbox",
    ):
        await pool.execute(f"DELETE FROM {table}")
    return SqlProgress(pool)


async def waiting(outbox: Outbox) -> list[Any]:
    """The waiting commits of each consumer, without times and the owners that events name."""
    commits = [await outbox.take(consumer, range(PARTITIONS), most=100 * PARTITIONS) for consumer in Consumer]
    return [
        sorted(
            (
                (
                    *(commit.registration, commit.number, commit.state, commit.progress, commit.changed, commit.resume),
                    *({event.id for event in events} for events in (commit.events, commit.voided)),
                )
                for commit in of
            ),
            key=lambda parts: parts[:2],
        )
        for of in commits
    ]


async def rows(progress: Progress) -> dict[str, Any]:
    """All rows derived from events; of certificates the registrations and times."""
    certificates = await progress.certificates(REGISTRATIONS)
    return {
        "enrollments": await progress.by_registrations(REGISTRATIONS),
        "courses": await progress.course_progress(REGISTRATIONS),
        "items": await progress.item_progress(REGISTRATIONS),
        "attempts": await progress.attempts(REGISTRATIONS, item=None, after=None, first=99),
        "certificates": {key: row.issued_at for key, row in certificates.items()},
        "resume points": await progress.resume_points(REGISTRATIONS),
    }


async def pages(progress: Progress, question: dict[str, Any]) -> list[Any]:
    """All pages of all lists, and the counts except zeros."""
    states, courses, item, first = (question[name] for name in ("states", "courses", "item", "first"))
    order, where = question["order"], question["where"]
    found: list[Any] = []
    for read in (
        lambda after: progress.by_learners(LEARNERS, states=states, courses=courses, after=after, first=first),
        lambda after: progress.by_courses(COURSES, states=states, where=where, order=order, after=after, first=first),
        lambda after: progress.attempts(REGISTRATIONS, item=item, after=after, first=first),
    ):
        every = await read(None)
        found.append(every)
        for cursor in sorted(chain.from_iterable(page.cursors for page in every.values())):
            found.append(await read(cursor))
    by_learners = await progress.count_by_learners(LEARNERS, states=states, courses=courses)
    by_courses = await progress.count_by_courses(COURSES, states=states, where=where)
    return [*found, *({key: n for key, n in counts.items() if n} for counts in (by_learners, by_courses))]


@settings(SETTINGS, max_examples=120)
@given(steps=steps, question=questions)
async def test_progress_agrees(pool: Pool, steps: Sequence[tuple[str, list[Any]]], question: dict[str, Any]) -> None:
    memory_outbox, sql_outbox = MemoryOutbox(), SqlOutbox(pool, filled=asyncio.Event())
    memory, sql = MemoryProgress(outbox=memory_outbox), await emptied(pool)
    for step in steps:
        match step:
            case ("enroll", new):
                assert await sql.enroll(new, items=CATALOG) == await memory.enroll(new, items=CATALOG)
            case ("record", made):
                new = await of_their_enrolments(memory, made)
                assert await sql.record(new, items=CATALOG) == await memory.record(new, items=CATALOG)
            case ("load", made):
                new = await of_their_enrolments(memory, made)
                assert await sql.load(new, items=CATALOG) == await memory.load(new, items=CATALOG)
            case ("checkpoint", new):
                await sql.checkpoint(new)
                await memory.checkpoint(new)
            case ("refold", numbers):
                asked = [UUID(int=number) for number in numbers]
                assert await sql.refold(asked, items=CATALOG) == await memory.refold(asked, items=CATALOG)
        assert await rows(sql) == await rows(memory)
        await check_sort_values(pool, sql)
    assert await pages(sql, question) == await pages(memory, question)
    assert await waiting(sql_outbox) == await waiting(memory_outbox)


@settings(SETTINGS, max_examples=80)
@given(
    made=some.lists(events(ids=9, registrations=[1], item_keys=[*KEYS, "quiz"]), max_size=9, unique_by=lambda e: e.id),
    chance=some.randoms(use_true_random=False),
)
async def test_any_order_repetition_and_batches_give_the_same_rows(
    pool: Pool, made: list[Event], chance: Random
) -> None:
    memory, sql = MemoryProgress(), await emptied(pool)
    for progress in (memory, sql):
        await progress.enroll([enrollment(1)], items=CATALOG)
    await memory.record(made, items=CATALOG)
    for batch in batches_of(shuffled([*made, *made[: chance.randint(0, 4)]], chance), chance):
        await sql.record(batch, items=CATALOG)
    assert without_history(await rows(sql)) == without_history(await rows(memory))
    await check_sort_values(pool, sql)


@settings(SETTINGS, max_examples=40)
@given(
    made=some.lists(events(ids=9, registrations=[1], item_keys=[*KEYS, "quiz"]), max_size=9, unique_by=lambda e: e.id),
    chance=some.randoms(use_true_random=False),
)
async def test_any_concurrency_gives_the_same_rows(pool: Pool, made: list[Event], chance: Random) -> None:
    """Three stores at once, each with all events in its own order and batches."""
    memory = MemoryProgress()
    writers = [await emptied(pool), SqlProgress(pool), SqlProgress(pool)]
    for progress in (memory, writers[0]):
        await progress.enroll([enrollment(1)], items=CATALOG)
    await memory.record(made, items=CATALOG)
    batches = [(progress, batch) for progress in writers for batch in batches_of(shuffled(made, chance), chance)]
    results, _ = await asyncio.gather(
        asyncio.gather(*(progress.record(batch, items=CATALOG) for progress, batch in batches)),
        asyncio.gather(*(progress.refold([UUID(int=1)], items=CATALOG) for progress in writers)),
    )
    accepted = Counter(each.id for verdicts in results for each in verdicts if each.status is VerdictStatus.ACCEPTED)
    assert max(accepted.values(), default=1) == 1, "one of them gets ACCEPTED"
    assert without_history(await rows(writers[0])) == without_history(await rows(memory))
    await check_sort_values(pool, writers[0])


async def of_their_enrolments(progress: Progress, made: Sequence[Event]) -> list[Event]:
    """The events as the graph sends them, except event 7, which may name another learner."""
    rows = await progress.by_registrations(REGISTRATIONS)
    return [
        fitted(event, rows[event.registration]) if event.registration in rows and event.id.int != 7 else event
        for event in made
    ]


def shuffled(made: list[Event], chance: Random) -> list[Event]:
    return chance.sample(made, len(made))


def batches_of(made: list[Event], chance: Random) -> list[list[Event]]:
    edges = sorted(chance.randint(0, len(made)) for _ in range(3))
    return [made[start:end] for start, end in pairwise([0, *edges, len(made)])]


def without_history(found: dict[str, Any]) -> dict[str, Any]:
    """Without versions and certificates, which depend on the order of arrival."""
    found["courses"] = {key: replace(row, version=0) for key, row in found["courses"].items()}
    del found["certificates"]
    return found
