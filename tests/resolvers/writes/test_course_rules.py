"""What a course must be to be published: its key, the keys of its items, and prerequisites without a cycle."""

from datetime import timedelta
from typing import Any

import pytest

from resolvers.writes.course_rules import course_faults, prerequisite_cycle
from stores.domain.catalog import Course, Item, ItemType, Module, MoveOn
from stores.domain.keys import MAX_KEY_BYTES
from tests.resolvers import world

Faults = list[tuple[Any, ...]]


def item(key: str, *prerequisites: str, **more: Any) -> Item:
    return Item(key=key, type=ItemType.QUIZ, title=key, move_on=MoveOn.PASSED, prerequisites=prerequisites, **more)


def faults(*items: Item, key: str = "course-v1:Q+New+1", title: str = "New") -> Faults:
    modules = (Module(title="One", items=items),)
    course = Course(key=key, version=1, title=title, modules=modules, published_at=world.NOW)
    assert all(fault.code == "BAD_USER_INPUT" for fault in course_faults(course))
    return [fault.path for fault in course_faults(course)]


@pytest.mark.parametrize(
    "key",
    [
        "course-v1:Org+Course+Run",
        "course-v1:日本+数学.1+2026_春",
        "https://example.org/courses/1?run=2#a",
        "http://例え.jp/コース",
        "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "x:" + "k" * (MAX_KEY_BYTES - 2),
    ],
)
def test_course_keys(key: str) -> None:
    assert faults(key=key) == []


@pytest.mark.parametrize(
    "key",
    [
        "not a key",
        "algebra",
        "/courses/1",
        "//example.org/courses/1",
        "https://",
        "https://example.org/a b",
        "https://example.org/%zz",
        "https://example.org/<a>",
        "course-v1:Org+Course",
        "course-v1:Org+Course+Run+More",
        "course-v1:Org++Run",
        "course-v1:Or g+Course+Run",
        "1x:abc",
        "",
        "a\0b:c",
        "x:" + "k" * (MAX_KEY_BYTES - 1),
        "x:" + "数" * 200,
    ],
)
def test_what_is_not_a_course_key(key: str) -> None:
    assert faults(key=key) == [("key",)]


def test_item_keys_are_limited_in_bytes() -> None:
    """512 characters of another script are up to 2,048 bytes, and the SQL indexes have a limit in bytes."""
    assert faults(item("数" * 170), item("k" * 512)) == []
    assert faults(item("a"), item("数" * 171)) == [("modules", 0, "items", 1, "key")]


@pytest.mark.parametrize(
    ("items", "cycle"),
    [
        ([item("a", "b"), item("b", "a")], {"a", "b"}),
        ([item("z"), item("a", "c"), item("b", "a"), item("c", "z", "b")], {"a", "b", "c"}),
        ([item("a"), item("b", "a"), item("c", "a", "b"), item("d", "b", "c")], set()),
        ([item("a", "a"), item("b", "a")], set()),
        ([item("a", "gone")], set()),
        ([item(str(n), str((n + 1) % 2_000)) for n in range(2_000)], {str(n) for n in range(2_000)}),
    ],
)
def test_prerequisites_form_no_cycle(items: list[Item], cycle: set[str]) -> None:
    assert prerequisite_cycle(items) == cycle


def test_a_cycle_is_one_fault_at_its_first_item() -> None:
    assert faults(item("z"), item("a", "b"), item("b", "a")) == [("modules", 0, "items", 1, "prerequisites")]
    assert faults(item("a", "a", "gone")) == [("modules", 0, "items", 0, "prerequisites", n) for n in (0, 1)]


def test_a_duration_that_is_too_long_is_refused() -> None:
    assert faults(item("a", estimated_duration=timedelta(days=366))) == []
    assert faults(item("a", estimated_duration=timedelta.max)) == [("modules", 0, "items", 0, "estimated_duration")]
