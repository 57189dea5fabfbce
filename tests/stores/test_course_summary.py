"""What every Activity promises of the numbers of courses and the quarters of learners."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from stores.domain.calendar import Span
from stores.domain.course_summary import CourseSummary, ItemSummary
from stores.domain.events import Verb
from stores.domain.rebuilds import Rebuild
from stores.errors import Unavailable
from stores.ports.activity import Activity
from stores.ports.progress import Progress
from tests.stores.learning import C2, C3, CATALOG, done, enroll, enrollment, record
from tests.stores.samples import NOON

Counted = tuple[Progress, Activity]
near: Any = pytest.approx
LATER = NOON + timedelta(days=14, seconds=11)
HOURS = [Span(NOON + timedelta(hours=number), NOON + timedelta(hours=number + 1)) for number in range(3)]


async def summary(activity: Activity, *, seconds: float = 0) -> CourseSummary:
    """Of course c1, so many seconds after `LATER`."""
    found = await activity.summaries(["c1"], items=True, now=LATER + timedelta(seconds=seconds))
    return found["c1"]


def by_key(summary: CourseSummary) -> Mapping[str, ItemSummary]:
    return {item.item_key: item for item in summary.items or ()}


def numbers(item: ItemSummary) -> tuple[object, ...]:
    return (item.started, item.satisfied, item.failed, item.average_score, item.stopped_here)


async def test_states_averages_and_bins(counted: Counted) -> None:
    progress, activity = counted
    await enroll(progress, *(enrollment(number) for number in range(1, 6)), enrollment(6, pin=C2))
    assert await activity.summaries(["c2", "none", "n\0ne"], items=True, now=NOON) == {
        "c2": CourseSummary(
            course_key="c2",
            active=1,
            completed=0,
            withdrawn=0,
            average_completion=0.0,
            average_score=None,
            distribution=(1, 0, 0, 0, 0, 0, 0, 0, 0, 0),
            items=(),
        )
    }
    everything = ("page", "video", "quiz", "lab", "essay")
    await record(
        progress,
        done(1, Verb.UNREGISTERED, of=1),
        done(2, Verb.PASSED, "quiz", of=1, score=1.0),
        *(done(10 + place, Verb.WAIVED, key, of=2) for place, key in enumerate(everything)),
        done(3, Verb.ATTEMPTED, "quiz", of=3, score=0.5),
        done(4, Verb.ATTEMPTED, "quiz", of=4, score=0.8),
        done(5, Verb.PASSED, "essay", of=4, score=0.1),
    )
    found = await activity.summaries(["c1"], items=False, now=NOON)
    [progress_4] = (await progress.course_progress([UUID(int=4)])).values()
    [progress_3] = (await progress.course_progress([UUID(int=3)])).values()
    assert progress_3.completion == 0
    assert (progress_4.completion, progress_4.score) == (near(4 / 7.1), near(2.5 / 4))
    assert found["c1"] == CourseSummary(
        course_key="c1",
        active=3,
        completed=1,
        withdrawn=1,
        average_completion=near((1 + 4 / 7.1) / 4),
        average_score=near((0.5 + 2.5 / 4) / 2),
        distribution=(2, 0, 0, 0, 0, 1, 0, 0, 0, 1),
        items=None,
    )
    assert found["c1"].enrolled == 5


async def test_items_count_what_enrolments_have_now(counted: Counted) -> None:
    progress, activity = counted
    await enroll(progress, *(enrollment(number) for number in range(1, 5)))
    await record(
        progress,
        done(1, Verb.ATTEMPTED, "quiz", of=1, score=0.25, success=False),
        done(2, Verb.ATTEMPTED, "quiz", of=2, score=0.5, success=False),
        done(3, Verb.VIEWED, "page", of=2),
        done(4, Verb.WAIVED, "lab", of=3),
        done(5, Verb.PLAYED, "extra", of=3),
        done(6, Verb.POSTED, "essay", of=4),
    )
    found = by_key(await summary(activity))
    assert {key: numbers(item)[:4] for key, item in found.items()} == {
        "quiz": (
            2,
            0,
            2,
            0.375,
        ),
        "page": (1, 1, 0, None),
        "lab": (0, 1, 0, None),
        "extra": (1, 1, 0, None),
    }
    await record(
        progress, done(7, Verb.PASSED, "quiz", of=2, score=0.25), done(8, Verb.VOIDED, of=1, voids=UUID(int=1))
    )
    assert numbers(by_key(await summary(activity))["quiz"])[:4] == (1, 1, 0, 0.5)
    await record(progress, done(9, Verb.UNREGISTERED, of=2))
    assert by_key(await summary(activity)).keys() == {"lab", "extra"}
    await record(progress, done(10, Verb.REGISTERED, of=2, at=1))
    assert by_key(await summary(activity)).keys() == {"page", "quiz", "lab", "extra"}
    assert await progress.refold([UUID(int=number) for number in range(1, 5)], items=CATALOG) == 0
    assert numbers(by_key(await summary(activity))["quiz"])[:4] == (1, 1, 0, 0.5)


async def test_a_learner_stops_at_the_item_of_the_last_event_after_two_weeks(counted: Counted) -> None:
    progress, activity = counted
    await enroll(progress, *(enrollment(number) for number in range(1, 6)))
    await record(
        progress,
        done(1, Verb.PLAYED, "video", of=1, at=3),
        done(2, Verb.VIEWED, "page", of=1, at=10),
        done(3, Verb.VIEWED, "page", of=2, at=11),
        done(4, Verb.PLAYED, "video", of=2, at=11),
        done(5, Verb.VIEWED, "page", of=3, at=10),
        done(6, Verb.POSTED, of=3, at=10.001),
        done(7, Verb.VIEWED, "page", of=4, at=10),
        done(8, Verb.UNREGISTERED, of=4, at=12),
    )

    async def stopped(seconds: float) -> dict[str, int]:
        items = by_key(await summary(activity, seconds=seconds)).values()
        return {item.item_key: item.stopped_here for item in items if item.stopped_here}

    assert await stopped(-2) == {}
    assert await stopped(0) == {"page": 1}
    assert await stopped(0.001) == {"page": 1, "video": 1}
    await record(progress, done(9, Verb.VOIDED, of=1, voids=UUID(int=2)))
    assert await stopped(0.001) == {"video": 2}
    await record(progress, done(10, Verb.REGISTERED, of=4, at=13))
    assert await stopped(0.001) == {"page": 1, "video": 2}


async def test_completions_by_window(counted: Counted) -> None:
    progress, activity = counted
    await enroll(
        progress, *(enrollment(number, pin=C2) for number in range(1, 6)), enrollment(7, pin=C3), enrollment(8)
    )
    await record(
        progress,
        *(
            done(number, Verb.VIEWED, "page", of=number, course_key="c2", at=at)
            for number, at in enumerate((-0.001, 0, 3599.999, 3600, 10_800), 1)
        ),
        done(7, Verb.PLAYED, "extra", of=7, course_key="c3"),
        done(8, Verb.VIEWED, "page", of=8),
        done(9, Verb.UNREGISTERED, of=4, course_key="c2"),
    )
    found = await activity.completions(["c1", "c2", "c3", "none", "n\0ne"], windows=HOURS)
    assert {key: list(counts) for key, counts in found.items() if any(counts)} == {"c2": [2, 0, 0]}
    assert await activity.completions(["c2"], windows=()) == {}


async def test_quarters_of_learners(counted: Counted) -> None:
    progress, activity = counted
    await enroll(progress, enrollment(1), enrollment(2, learner_id="u1", pin=C2), enrollment(3))
    await record(
        progress,
        done(1, Verb.PLAYED, at=900),
        done(2, Verb.PLAYED, at=899.999),
        done(3, Verb.PLAYED, at=1000, of=2, learner_id="u1", course_key="c2"),
        done(4, Verb.PLAYED, at=2700, of=2, learner_id="u1", course_key="c2"),
        done(5, Verb.REGISTERED, at=9000),
        done(6, Verb.PLAYED, of=3),
        done(7, Verb.VOIDED, of=3, voids=UUID(int=6)),
    )
    noon = int(NOON.timestamp()) // 900
    everywhere = await activity.quarters_of_learners(["u1", "u3", "none", "n\0ne"], courses=None)
    assert {key: list(quarters) for key, quarters in everywhere.items()} == {"u1": [noon, noon + 1, noon + 3]}
    for courses, expected in ((["c1"], [noon, noon + 1]), (["c2", "none"], [noon + 1, noon + 3]), ([], [])):
        found = await activity.quarters_of_learners(["u1"], courses=courses)
        assert list(found.get("u1", ())) == expected
    await progress.start_rebuild(Rebuild.ACTIVITY)
    with pytest.raises(Unavailable):
        await activity.quarters_of_learners(["u1"], courses=None)
