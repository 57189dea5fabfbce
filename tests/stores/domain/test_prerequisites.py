"""The next item of a course, and what its prerequisites lock."""

from dataclasses import replace
from typing import Any

import pytest

from stores.domain.catalog import Course, MoveOn
from stores.domain.events import Verb
from stores.domain.item_progress import merge, not_started
from stores.domain.prerequisites import NextReason, next_item, rows_of_course, unmet_prerequisites
from stores.domain.progress import ItemProgress
from tests.stores.samples import REGISTRATION, course, event, item

OPTIONAL = MoveOn.NOT_APPLICABLE


def course_of(*items: Any) -> Course:
    made = course("c")
    return replace(made, modules=(replace(made.modules[0], items=items),))


def after(made: Course, *done: tuple[str, Verb, dict[str, Any]]) -> dict[str, ItemProgress]:
    rows: dict[str, ItemProgress] = {}
    for number, (key, verb, more) in enumerate(done):
        its = next(item for item in made.items if item.key == key)
        said = event(number, verb=verb, item_key=key, **more)
        rows[key] = merge(rows.get(key) or not_started(REGISTRATION, its), [said], its)
    return rows_of_course(REGISTRATION, made, rows)


COURSE = course_of(
    item("intro", move_on=OPTIONAL),
    item("read"),
    item("test", move_on=MoveOn.PASSED, mastery_score=0.5, prerequisites=("read",)),
    item("last", prerequisites=("test", "intro", "no item")),
)


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        ([], ("read", NextReason.NEXT_IN_ORDER)),
        ([("intro", Verb.PLAYED, {})], ("read", NextReason.NEXT_IN_ORDER)),
        ([("read", Verb.VIEWED, {})], ("read", NextReason.RESUME)),
        ([("read", Verb.COMPLETED, {})], ("test", NextReason.NEXT_IN_ORDER)),
        ([("read", Verb.COMPLETED, {}), ("test", Verb.LAUNCHED, {})], ("test", NextReason.RESUME)),
        ([("read", Verb.COMPLETED, {}), ("test", Verb.COMPLETED, {})], ("test", NextReason.RESUME)),
        ([("read", Verb.COMPLETED, {}), ("test", Verb.ATTEMPTED, {"score": 0.1})], ("test", NextReason.RETRY)),
        ([("test", Verb.PASSED, {})], ("read", NextReason.NEXT_IN_ORDER)),
        ([("read", Verb.COMPLETED, {}), ("test", Verb.PASSED, {})], ("last", NextReason.NEXT_IN_ORDER)),
        ([("read", Verb.WAIVED, {}), ("test", Verb.WAIVED, {}), ("last", Verb.WAIVED, {})], None),
    ],
)
def test_the_next_item_is_the_first_that_is_required_unsatisfied_and_open(done: Any, expected: Any) -> None:
    found = next_item(COURSE, after(COURSE, *done))
    assert (None if found is None else (found.item.key, found.reason)) == expected


def test_nothing_is_next_while_all_that_is_left_is_locked() -> None:
    made = course_of(item("a", prerequisites=("b",)), item("b", prerequisites=("a",)))
    assert next_item(made, after(made)) is None


def test_an_optional_prerequisite_is_always_satisfied() -> None:
    assert unmet_prerequisites(COURSE.items[3], after(COURSE)) == ["test"]
