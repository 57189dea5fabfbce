"""The contract of the timeline, on every backend: activity by quarter of an hour and by window."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from stores.domain.calendar import QUARTER, Span
from stores.domain.events import Verb
from stores.domain.timeline import Quarter
from stores.ports.timeline import Timeline
from tests.stores.samples import NOON, event
from tests.stores.test_timeline import EVER, MS, numbers_of, quarters


async def test_learner_quarters(timeline: Timeline) -> None:
    await timeline.append(
        [
            event(1, at=NOON, duration_ms=10),
            event(2, at=NOON + QUARTER - MS),
            event(3, at=NOON + QUARTER, course_key="c2", duration_ms=5),
            event(4, at=NOON + 3 * QUARTER, duration_ms=2**40),
            event(5, at=NOON, learner_id="u2", verb=Verb.PASSED),
        ]
    )
    first, second = Quarter(start=NOON, events=2, active_ms=10), Quarter(start=NOON + QUARTER, events=1, active_ms=5)
    last = Quarter(start=NOON + 3 * QUARTER, events=1, active_ms=2**40)
    two = Quarter(start=NOON, events=1, active_ms=0)

    async def found(keys: Sequence[str], span: Span, courses: Sequence[str] | None = None) -> dict[str, list[Quarter]]:
        answer = await timeline.learner_quarters(keys, span=span, courses=courses)
        return {key: list(quarters) for key, quarters in answer.items()}

    assert await found(["u1", "u2", "x", "u1"], EVER) == {"u1": [first, second, last], "u2": [two]}
    assert await found(["u1"], Span(NOON + QUARTER, NOON + 3 * QUARTER)) == {"u1": [second]}
    assert await found(["u1", "u2"], EVER, ["c2"]) == {"u1": [second]}
    assert await found(["u1"], EVER, ["c2", "c1"]) == {"u1": [first, second, last]}
    assert await found(["u1"], EVER, []) == {}
    assert await found([], EVER) == {}


async def test_course_quarters(timeline: Timeline) -> None:
    await timeline.append(
        [
            event(1, at=NOON, duration_ms=10),
            event(2, at=NOON + QUARTER - MS, learner_id="u2"),
            event(3, at=NOON + 3 * QUARTER, verb=Verb.LAUNCHED),
            event(4, at=NOON, course_key="c2", duration_ms=7),
        ]
    )
    busy = [Quarter(start=NOON, events=2, active_ms=10), Quarter(start=NOON + 3 * QUARTER, events=1, active_ms=0)]
    answer = await timeline.course_quarters(["c2", "c1", "c3", "c1"], span=EVER)
    assert {key: list(found) for key, found in answer.items()} == {
        "c1": busy,
        "c2": [Quarter(start=NOON, events=1, active_ms=7)],
    }
    assert await quarters(timeline, span=Span(NOON + QUARTER, NOON + 3 * QUARTER)) == []
    assert await quarters(timeline, span=Span(NOON + 3 * QUARTER, NOON + 4 * QUARTER)) == [(busy[1].start, 1, 0)]
    assert dict(await timeline.course_quarters([], span=EVER)) == {}


async def test_course_learners(timeline: Timeline) -> None:
    await timeline.append(
        [event(n, learner_id=f"u{n % 7}", at=NOON + n * QUARTER / 5, course_key=f"c{n // 40}") for n in range(50)]
    )
    windows = [Span(NOON + n * QUARTER, NOON + (n + 1) * QUARTER) for n in range(3)]
    windows.append(Span(windows[-1].end, windows[-1].end + timedelta(hours=23)))
    answer = await timeline.course_learners(["c0", "c1", "nothing", "c0"], windows=windows)
    counts = {key: [found.get(window.start, 0) for window in windows] for key, found in answer.items()}
    assert {key: found for key, found in counts.items() if any(found)} == {"c0": [5, 5, 5, 7], "c1": [0, 0, 0, 7]}
    assert not any((await timeline.course_learners([], windows=windows)).values())
    assert not any((await timeline.course_learners(["c0"], windows=[])).values())


@pytest.mark.parametrize("verb", [Verb.REGISTERED, Verb.UNREGISTERED, Verb.VOIDED])
async def test_enrolling_withdrawing_and_voiding_are_no_activity(timeline: Timeline, verb: Verb) -> None:
    """The events are stored, but count in no window; `last_activity_at` ignores them, too."""
    counted = event(1, duration_ms=5)
    others = [
        event(2, verb=verb, at=NOON + MS, duration_ms=7),
        event(3, verb=verb, learner_id="u2"),
        event(4, verb=verb, at=NOON + QUARTER),
    ]
    windows = [Span(NOON, NOON + QUARTER), Span(NOON + QUARTER, NOON + 2 * QUARTER)]

    async def found() -> list[Any]:
        learners = await timeline.learner_quarters(["u1", "u2"], span=EVER, courses=None)
        present = await timeline.course_learners(["c1"], windows=windows)
        counts = {start: count for start, count in present.get("c1", {}).items() if count}
        return [{key: list(rows) for key, rows in learners.items()}, await quarters(timeline), counts]

    expected = [{"u1": [Quarter(start=NOON, events=1, active_ms=5)]}, [(NOON, 1, 5)], {NOON: 1}]
    await timeline.append([*others, counted])
    assert await found() == expected
    assert await numbers_of(timeline) == [4, 2, 1]
    await timeline.remove([others[0], others[2]])
    assert await found() == expected
    await timeline.append(others)
    assert await found() == expected
    await timeline.remove([counted])
    assert await found() == [{}, [], {}]
