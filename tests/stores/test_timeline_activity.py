"""The contract of the timeline, on every backend: a learner's activity by quarter of an hour and by minute."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from stores.domain.activity import ActivityCount
from stores.domain.calendar import QUARTER, Span
from stores.domain.events import Verb
from stores.ports.timeline import Timeline
from tests.stores.samples import NOON, event
from tests.stores.test_timeline import EVER, MS, counts, numbers_of

MINUTE = timedelta(minutes=1)


async def test_counts_by_quarter(timeline: Timeline) -> None:
    await timeline.append(
        [
            event(1, at=NOON, duration_ms=10),
            event(2, at=NOON + QUARTER - MS),
            event(3, at=NOON + QUARTER, course_key="c2", duration_ms=5),
            event(4, at=NOON + 3 * QUARTER, duration_ms=2**40),
            event(5, at=NOON, learner_id="u2", verb=Verb.PASSED),
        ]
    )
    first = ActivityCount(start=NOON, events=2, active_ms=10)
    second = ActivityCount(start=NOON + QUARTER, events=1, active_ms=5)
    last = ActivityCount(start=NOON + 3 * QUARTER, events=1, active_ms=2**40)
    two = ActivityCount(start=NOON, events=1, active_ms=0)

    async def found(
        keys: Sequence[str], span: Span, courses: Sequence[str] | None = None
    ) -> dict[str, list[ActivityCount]]:
        answer = await timeline.learner_counts(keys, span=span, grain=QUARTER, courses=courses)
        return {key: list(rows) for key, rows in answer.items()}

    assert await found(["u1", "u2", "x", "u1"], EVER) == {"u1": [first, second, last], "u2": [two]}
    assert await found(["u1"], Span(NOON + QUARTER, NOON + 3 * QUARTER)) == {"u1": [second]}
    assert await found(["u1", "u2"], EVER, ["c2"]) == {"u1": [second]}
    assert await found(["u1"], EVER, ["c2", "c1"]) == {"u1": [first, second, last]}
    assert await found(["u1"], EVER, []) == {}
    assert await found([], EVER) == {}


async def test_counts_by_minute(timeline: Timeline) -> None:
    times = [NOON, NOON + MINUTE - MS, NOON + MINUTE, NOON + 14 * MINUTE, NOON + QUARTER]
    await timeline.append([event(number, at=at, duration_ms=1) for number, at in enumerate(times)])
    answer = await timeline.learner_counts(["u1"], span=Span(NOON, NOON + QUARTER), grain=MINUTE, courses=None)
    assert [(count.start, count.events, count.active_ms) for count in answer["u1"]] == [
        (NOON, 2, 2),
        (NOON + MINUTE, 1, 1),
        (NOON + 14 * MINUTE, 1, 1),
    ]


async def test_voided_events_count_no_longer(timeline: Timeline) -> None:
    """Neither do their durations. A quarter without live events is absent."""
    events = [event(n, at=NOON + (n // 2) * QUARTER, duration_ms=None if n == 1 else 10 + n) for n in range(4)]
    await timeline.append(events)
    assert await counts(timeline) == [(NOON, 2, 10), (NOON + QUARTER, 2, 25)]
    await timeline.void(events[:1])
    assert await counts(timeline) == [(NOON, 1, 0), (NOON + QUARTER, 2, 25)]
    await timeline.void(events[2:])
    assert await counts(timeline) == [(NOON, 1, 0)]
    await timeline.void(events[1:2])
    assert await counts(timeline) == []


@pytest.mark.parametrize("verb", [Verb.REGISTERED, Verb.UNREGISTERED, Verb.VOIDED])
async def test_enrolling_withdrawing_and_voiding_are_no_activity(timeline: Timeline, verb: Verb) -> None:
    """The events are stored, but count in no window; `last_activity_at` ignores them, too."""
    others = [event(2, verb=verb, at=NOON + MS, duration_ms=7), event(4, verb=verb, at=NOON + QUARTER)]
    await timeline.append([*others, event(1, duration_ms=5)])
    assert await counts(timeline) == [(NOON, 1, 5)]
    assert await numbers_of(timeline) == [4, 2, 1]
    await timeline.void(others)
    assert await counts(timeline) == [(NOON, 1, 5)]
    assert await numbers_of(timeline) == [1]
