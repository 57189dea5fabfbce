"""What progress means: the named cases of the shared vectors, and the laws that hold of any events."""

import json
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stores.ports.catalog import CourseVersion, Item, MoveOn
from stores.ports.events import Event, Verb
from stores.ports.facts import blank
from stores.ports.fold import Standing, enrolled, fold, live, outline_of, refold, resume_point
from stores.ports.progress import Progress
from tests.stores.learning import ITEMS, enrollment, events
from tests.stores.samples import event, item

VECTORS = Path(__file__).parents[3] / "shared" / "data" / "progress-rules" / "vectors.json"
CASES: list[Any] = json.loads(VECTORS.read_text())["cases"] if VECTORS.exists() else []
vectors = pytest.mark.parametrize(
    "case",
    CASES or [pytest.param({}, marks=pytest.mark.skip(reason="no ../shared/data/progress-rules"))],
    ids=lambda case: case.get("name", "vectors"),
)
R = UUID(int=1)
PIN = CourseVersion("c1", 1)
OUTLINE = outline_of(ITEMS)


def time_of(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def items_of(case: dict[str, Any]) -> list[Item]:
    course = json.loads(VECTORS.read_text())["course"]
    return [
        item(
            told["key"],
            move_on=MoveOn(told["moveOn"]),
            weight=float(case.get("weights", told["weight"])),
            mastery_score=told.get("masteryScore"),
            completion_threshold=told.get("completionThreshold", 1.0),
            complete_on_view=told.get("completeOnView", False),
        )
        for told in course["items"]
    ]


def events_of(case: dict[str, Any]) -> list[Event]:
    return [
        event(
            UUID(told["id"]).int,
            registration=R,
            verb=Verb(told["verb"]),
            at=time_of(told["at"]),
            item_key=told.get("itemKey"),
            score=told.get("score"),
            success=told.get("success"),
            progress=told.get("progress"),
            duration_ms=1000 * told["durationSeconds"] if "durationSeconds" in told else None,
            voids=UUID(told["voids"]) if "voids" in told else None,
        )
        for told in case["events"]
    ]


def assert_as_expected(case: dict[str, Any], standing: Standing) -> None:
    for one in items_of(case):
        row = standing.items.get(one.key) or blank(R, one)
        assert {
            "state": row.state.value,
            "completion": round(row.completion, 6),
            "satisfied": row.satisfied,
            "satisfiedAt": row.satisfied_at,
            "completedAt": row.completed_at,
            "passedAt": row.passed_at,
            "attempts": row.attempts,
            "bestScore": row.best_score,
            "latestScore": row.latest_score,
            "timeSpentSeconds": row.time_spent_ms / 1000,
            "lastEventAt": row.last_event_at,
        } == with_times(case["expect"]["items"][one.key])
    course = standing.course
    assert {
        "completion": round(course.completion, 6),
        "itemsDone": course.items_done,
        "itemsTotal": course.items_total,
        "score": course.score if course.score is None else round(course.score, 6),
        "satisfied": course.satisfied,
        "satisfiedAt": course.satisfied_at,
        "lastActivityAt": course.last_activity_at,
        "enrollmentState": standing.enrollment.state.value,
        "timeSpentSeconds": course.time_spent_ms / 1000,
    } == with_times(case["expect"]["course"])


def with_times(told: dict[str, Any]) -> dict[str, Any]:
    return {name: time_of(value) if name.endswith("At") else value for name, value in told.items()}


@vectors
def test_the_fold_of_a_case(case: dict[str, Any]) -> None:
    outline = outline_of(items_of(case))
    start = enrolled(enrollment(1), outline)
    once = {one.id: one for one in events_of(case)}
    assert_as_expected(case, fold(start, live(once.values()), outline))
    assert_as_expected(case, refold(start, reversed(once.values()), outline))


@vectors
async def test_a_case_through_the_port(progress: Progress, case: dict[str, Any]) -> None:
    items = {PIN: items_of(case)}
    await progress.enroll([enrollment(1)], items=items)
    for one in events_of(case):
        await progress.record([one], items=items)
    assert_as_expected(
        case,
        Standing(
            enrollment=(await progress.by_registrations([R]))[R],
            course=(await progress.course_progress([R]))[R],
            items=(await progress.item_progress([R])).get(R, {}),
        ),
    )


sets_of_events = some.lists(
    events(ids=30, registrations=[1], item_keys=[*OUTLINE.by_key, None]), max_size=12, unique_by=lambda one: one.id
)
LAW = settings(derandomize=True, deadline=None, max_examples=300)


def without_version(standing: Standing) -> dict[str, Any]:
    return {name: getattr(standing, name) for name in ("enrollment", "items", "moved_id", "withdrawn")} | {
        "course": [getattr(standing.course, name) for name in standing.course.__slots__ if name != "version"]
    }


@LAW
@given(made=sets_of_events, chance=some.randoms(use_true_random=False))
def test_events_merge_in_any_order_and_in_any_pieces(made: list[Event], chance: Random) -> None:
    start = enrolled(enrollment(1), OUTLINE)
    kept = live(made)
    pieces = start
    for one in chance.sample(kept, len(kept)):
        pieces = fold(pieces, [one], OUTLINE)
    whole = fold(start, kept, OUTLINE)
    assert without_version(pieces) == without_version(whole)
    assert resume_point(kept) == resume_point(chance.sample(kept, len(kept)))


@LAW
@given(made=sets_of_events, before=sets_of_events, chance=some.randoms(use_true_random=False))
def test_a_fold_made_again_forgets_what_was_there(made: list[Event], before: list[Event], chance: Random) -> None:
    start = enrolled(enrollment(1), OUTLINE)
    anew = refold(fold(start, before, OUTLINE), chance.sample(made, len(made)), OUTLINE)
    assert without_version(anew) == without_version(fold(start, live(made), OUTLINE))


@LAW
@given(made=sets_of_events)
def test_the_version_grows_when_something_else_changed(made: list[Event]) -> None:
    start = enrolled(enrollment(1), OUTLINE)
    after = fold(start, live(made), OUTLINE)
    assert after.course.version == int(without_version(after) != without_version(start))
    assert refold(after, made, OUTLINE) == after
