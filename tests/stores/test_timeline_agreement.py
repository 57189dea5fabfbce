"""Appends and voids commute: in any order, cut into any batches, repeated, lost and retried, or applied late, they
leave the timeline that they leave in memory when they are applied once, in order."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from stores.batches import batched
from stores.domain.calendar import QUARTER, Span
from stores.domain.events import Event, Verb
from stores.domain.slots import Moment, moment_of
from stores.ports.timeline import Timeline
from tests import backends
from tests.backends import Servers
from tests.stores.samples import NOON, event

LEARNERS = ["u", "v", 'ü "\\,= \n$p0']
COURSES = ["c", "course-v1:O+C+R", "d'%"]
VERBS = [Verb.PLAYED, Verb.PASSED, Verb.REGISTERED, Verb.VOIDED]
MS, MINUTE = timedelta(milliseconds=1), timedelta(minutes=1)
TIMES = [NOON - MS, NOON, NOON + MS, NOON + QUARTER - MS, NOON + QUARTER, NOON - timedelta(days=400)]
NEAR = Span(NOON - QUARTER, NOON + QUARTER)
SPANS = [None, NEAR, Span(NOON, NOON + QUARTER)]

Write = tuple[str, list[Event]]
"""`append` or `void`, and the batch."""

numbers = some.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0)
clean = some.characters(exclude_characters="\0", exclude_categories=["Cs"])
texts = some.none() | some.text(clean, max_size=5)
documents = some.dictionaries(
    some.text(clean, max_size=3),
    some.none() | some.booleans() | some.integers(-9, 9) | numbers | some.text(clean),
    max_size=2,
)
events = some.builds(
    event,
    some.integers(1, 2**128 - 1),
    learner_id=some.sampled_from(LEARNERS),
    course_key=some.sampled_from(COURSES),
    verb=some.sampled_from(VERBS),
    at=some.sampled_from(TIMES),
    item_key=texts,
    score=some.none() | numbers,
    success=some.none() | some.booleans(),
    duration_ms=some.none() | some.integers(0, 2**40),
    position=some.none() | numbers,
    session_id=texts,
    extensions=documents,
)
worlds = some.lists(events, min_size=1, max_size=12, unique_by=lambda each: each.id)
places = some.lists(some.integers(0, 11), max_size=8)
steps = some.lists(some.tuples(some.sampled_from(["append", "append", "void"]), places), max_size=6)


def ledgered(world: list[Event]) -> list[Event]:
    """The events as the ledger has them: a learner has one registration in a course, and slots are unique in it."""
    keys = sorted({(each.learner_id, each.course_key) for each in world})
    placed = [replace(each, registration=UUID(int=keys.index((each.learner_id, each.course_key)))) for each in world]
    # The slots count up within each moment, so that events of several courses share a place.
    used = Counter[Moment]()
    slotted = []
    for each in placed:
        slotted.append(replace(each, slot=used[moment_of(each)]))
        used[moment_of(each)] += 1
    return slotted


async def in_pages(timeline: Timeline, learner_id: str, first: int, **where: Any) -> list[str]:
    """The events of all pages, in their order."""
    rows: list[Event] = []
    after = None
    while page := (await timeline.by_learners([learner_id], **where, after=after, first=first)).get(learner_id):
        rows += page.rows
        after = page.cursors[-1]
        if not page.has_next:
            break
    return list(map(repr, rows))


async def everything(timeline: Timeline) -> list[str]:
    """All answers as text, because 1 and 1.0 are equal."""
    found: list[Any] = [
        await in_pages(timeline, learner_id, first, span=span, verbs=None, courses=None)
        for learner_id in LEARNERS
        for span in SPANS
        for first in (1, 2)
    ]
    found += [
        await in_pages(timeline, learner_id, 50, span=None, verbs=VERBS[:1], courses=COURSES[1:])
        for learner_id in LEARNERS
    ]
    for courses in (None, COURSES[1:]):
        for grain in (QUARTER, MINUTE):
            counts = await timeline.learner_counts(LEARNERS, span=NEAR, grain=grain, courses=courses)
            found.append(sorted((key, list(rows)) for key, rows in counts.items()))
    return list(map(repr, found))


async def apply(timeline: Timeline, writes: Sequence[Write]) -> None:
    for step, batch in writes:
        await (timeline.append if step == "append" else timeline.void)(batch)


@pytest.mark.parametrize("backend", sorted(backends.TIMELINE))
@settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds, steps=steps, shuffle=some.randoms(use_true_random=False))
async def test_writes_commute(
    backend: str, servers: Servers, world: list[Event], steps: list[tuple[str, list[int]]], shuffle: Random
) -> None:
    """Two writers apply the writes at once, cut into other batches, in orders of their own. A write whose answer was
    lost is applied again, perhaps after newer ones."""
    world = ledgered(world)
    async with backends.TIMELINE["memory"](servers) as memory, backends.TIMELINE[backend](servers) as port:
        writes: list[Write] = [(step, [world[number % len(world)] for number in numbers]) for step, numbers in steps]
        await apply(memory, writes)
        parts = [(step, part) for step, batch in writes for part in batched(batch, shuffle.randint(1, 4))]
        repeated = parts + shuffle.sample(parts, len(parts) // 2)
        shuffle.shuffle(repeated)
        # Both writers have some of the parts.
        await asyncio.gather(apply(port, repeated[: len(parts)]), apply(port, repeated[len(parts) // 2 :]))
        assert await everything(port) == await everything(memory)
