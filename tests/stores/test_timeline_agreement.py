"""Random sequences of appends, removals and `forget` have the same results in memory and in every backend."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from stores.domain.calendar import QUARTER, Span
from stores.domain.events import Event, Verb
from stores.ports.timeline import Timeline
from tests import backends
from tests.backends import Servers
from tests.stores.samples import NOON, event

LEARNERS = ["u", "v", 'ü "\\,= \n$p0']
COURSES = ["c", "course-v1:O+C+R", "d'%"]
VERBS = [Verb.PLAYED, Verb.PASSED, Verb.REGISTERED, Verb.VOIDED]
MS = timedelta(milliseconds=1)
TIMES = [NOON - MS, NOON, NOON + MS, NOON + QUARTER - MS, NOON + QUARTER, NOON - timedelta(days=400)]
NEAR = Span(NOON - QUARTER, NOON + QUARTER)
SPANS = [None, NEAR, Span(NOON, NOON + QUARTER)]
WINDOWS = [Span(NOON + n * QUARTER, NOON + (n + 1) * QUARTER) for n in range(-1, 2)]

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
steps = some.lists(some.tuples(some.sampled_from(["append", "append", "remove", "forget"]), places), max_size=6)


async def in_pages(timeline: Timeline, learner_id: str, first: int, **where: Any) -> list[str]:
    """The events of all pages, ordered by time. The order within a millisecond is the backend's own."""
    rows: list[Event] = []
    after = None
    while page := (await timeline.by_learners([learner_id], **where, after=after, first=first)).get(learner_id):
        rows += page.rows
        after = page.cursors[-1]
        if not page.has_next:
            break
    assert [row.at for row in rows] == sorted((row.at for row in rows), reverse=True)
    return sorted(map(repr, rows))


async def everything(timeline: Timeline) -> list[str]:
    """All answers as text, because 1 and 1.0 are equal."""
    found: list[Any] = [
        await in_pages(timeline, learner_id, 2, span=span, verbs=None, courses=None)
        for learner_id in LEARNERS
        for span in SPANS
    ]
    found += [
        await in_pages(timeline, learner_id, 50, span=None, verbs=VERBS[:1], courses=COURSES[1:])
        for learner_id in LEARNERS
    ]
    for courses in (None, COURSES[1:]):
        found.append(await timeline.learner_quarters(LEARNERS, span=NEAR, courses=courses))
    found.append(await timeline.course_quarters(COURSES, span=NEAR))
    busy = [{key: list(quarters) for key, quarters in answer.items()} for answer in found[-3:]]
    learners = await timeline.course_learners(COURSES, windows=WINDOWS)
    counts = [learners.get(key, {}).get(window.start, 0) for key in COURSES for window in WINDOWS]
    return [repr(each) for each in (*found[:-3], *(sorted(each.items()) for each in busy), counts)]


@pytest.mark.parametrize("backend", sorted(backends.TIMELINE.keys() - {"memory"}))
@settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds, steps=steps)
async def test_timelines_agree(
    backend: str, servers: Servers, world: list[Event], steps: list[tuple[str, list[int]]]
) -> None:
    async with backends.TIMELINE["memory"](servers) as memory, backends.TIMELINE[backend](servers) as port:
        for step, numbers in steps:
            some_events = [world[number % len(world)] for number in numbers]
            for timeline in (memory, port):
                if step == "forget":
                    timeline.forget()
                else:
                    await (timeline.append if step == "append" else timeline.remove)(some_events)
        assert await everything(port) == await everything(memory)
