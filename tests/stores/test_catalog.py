"""The contract of the catalog, on every backend."""

import asyncio
from datetime import UTC, timedelta

import pytest

from stores.domain.catalog import Course, CourseFilter, CourseVersion, Item, ItemType, Module, MoveOn
from stores.domain.paging import COURSES
from stores.errors import Rejected
from stores.ports.catalog import Catalog
from tests.stores.cursors import refused_by
from tests.stores.samples import NOON, course, item

EVERY = CourseFilter()
FULL = Course(
    key="course-v1:OU+AAA+2013J",
    version=1,
    title="Ünïcödé ✿",
    description="All of it",
    image_url="https://example.org/a.png",
    enforce_prerequisites=True,
    modules=(
        Module(title="", items=(), key="first.$"),
        Module(
            title="One",
            items=(
                Item(
                    key="https://example.org/a.b/$c",
                    type=ItemType.QUIZ,
                    title="Quiz",
                    weight=0.1,
                    move_on=MoveOn.COMPLETED_AND_PASSED,
                    mastery_score=0.4,
                    completion_threshold=0.95,
                    complete_on_view=True,
                    estimated_duration=timedelta(hours=1, milliseconds=1),
                    prerequisites=("b", "c"),
                    launch_url="https://example.org/quiz?try=1",
                    self_reported=True,
                ),
                *(
                    item(f"{type_.value}/{move_on.value}", type=type_, move_on=move_on)
                    for type_ in ItemType
                    for move_on in MoveOn
                ),
            ),
        ),
        Module(title="Two", items=(item("0", weight=0.0, mastery_score=0.0, estimated_duration=timedelta(0)),)),
    ),
    published_at=NOON + timedelta(milliseconds=1),
)


async def course_keys(catalog: Catalog, where: CourseFilter = EVERY, *, first: int = 100) -> list[str]:
    """The keys of all matching courses, read page by page."""
    found: list[str] = []
    after = None
    while True:
        page = await catalog.page(where, after=after, first=first)
        assert len(page.rows) == len(page.cursors) <= first
        found += [row.key for row in page.rows]
        assert len(found) == len(set(found))
        if not page.has_next:
            return found
        after = page.cursors[-1]


async def test_answers_a_ping(catalog: Catalog) -> None:
    await catalog.ping()


async def test_returns_all_fields(catalog: Catalog) -> None:
    assert await catalog.publish(FULL) == FULL
    assert dict(await catalog.latest([FULL.key])) == {FULL.key: FULL}
    found = (await catalog.versions([FULL.pin]))[FULL.pin]
    assert found == FULL
    assert found.published_at.tzinfo is UTC


async def test_versions_are_numbered_from_one(catalog: Catalog) -> None:
    for expected, said in enumerate((5, 1, -3), 1):
        published = await catalog.publish(course("c", version=said, title=str(expected)))
        assert (published.version, published.title) == (expected, str(expected))
    assert (await catalog.publish(course("c2", version=9))).version == 1


async def test_a_published_version_never_changes(catalog: Catalog) -> None:
    first = await catalog.publish(course("c", title="first"))
    assert (await catalog.latest(["c"]))["c"] == first
    second = await catalog.publish(course("c", title="second", items=3))
    assert (await catalog.latest(["c"]))["c"] == second
    assert dict(await catalog.versions([first.pin, second.pin])) == {first.pin: first, second.pin: second}


async def test_the_latest_is_found_by_number_not_by_text(catalog: Catalog) -> None:
    for _ in range(11):
        await catalog.publish(course("c"))
    assert (await catalog.latest(["c"]))["c"].version == 11
    assert [row.version for row in (await catalog.page(EVERY, after=None, first=10)).rows] == [11]


async def test_unknown_keys_are_absent(catalog: Catalog) -> None:
    kept = await catalog.publish(course("c"))
    assert dict(await catalog.latest(["nothing", "c", "", "c"])) == {"c": kept}
    pins = [("c", 0), ("c", 2), ("c", -1), ("c", 2**70), ("d", 1), ("c@1", 1), ("", 1), ("c", 1), ("c", 1)]
    assert dict(await catalog.versions([CourseVersion(*pin) for pin in pins])) == {kept.pin: kept}
    assert dict(await catalog.latest([])) == {}
    assert dict(await catalog.versions([])) == {}


async def test_keys_that_look_like_pins_are_keys(catalog: Catalog) -> None:
    await catalog.publish(course("c"))
    tricky = await catalog.publish(course("c@1"))
    assert dict(await catalog.versions([CourseVersion("c@1", 1)])) == {tricky.pin: tricky}


async def test_concurrent_publishers_get_different_versions(catalog: Catalog) -> None:
    many = [course("c", title=str(number)) for number in range(12)] + [
        course("d", title=str(number)) for number in range(4)
    ]
    published = await asyncio.gather(*(catalog.publish(each) for each in many))
    assert sorted(each.pin for each in published) == [("c", n) for n in range(1, 13)] + [("d", n) for n in range(1, 5)]
    assert [each.title for each in published] == [each.title for each in many]
    assert dict(await catalog.versions([each.pin for each in published])) == {each.pin: each for each in published}


@pytest.mark.parametrize("first", [1, 2, 5, 6, 100])
async def test_pages_the_newest_versions_by_code_point(catalog: Catalog, first: int) -> None:
    ordered = ["B", "a", "a+", "aa", "\uffa1", "🎓"]
    for key in (*reversed(ordered), "a", "aa", "aa"):
        await catalog.publish(course(key))
    assert await course_keys(catalog, first=first) == ordered
    rows = (await catalog.page(EVERY, after=None, first=100)).rows
    assert {row.key: row.version for row in rows} == {"B": 1, "a": 2, "a+": 1, "aa": 3, "\uffa1": 1, "🎓": 1}


async def test_a_cursor_works_without_its_row(catalog: Catalog) -> None:
    await catalog.publish(course("a"))
    await catalog.publish(course("c"))
    page = await catalog.page(EVERY, after=COURSES.encode("b"), first=1)
    assert ([row.key for row in page.rows], page.has_next) == (["c"], False)


async def test_an_empty_catalog_has_an_empty_page(catalog: Catalog) -> None:
    page = await catalog.page(EVERY, after=None, first=10)
    assert (page.rows, page.cursors, page.has_next) == ((), (), False)


@pytest.mark.parametrize("after", refused_by(COURSES))
async def test_a_malformed_cursor_is_rejected(catalog: Catalog, after: str) -> None:
    with pytest.raises(Rejected):
        await catalog.page(EVERY, after=after, first=1)


TITLES = {
    "a": "Einführung in die Statistik",
    "b": "Statistics (.*) 2",
    "c": "\u0130statistik",
    "d": "$title Straße \0",
    "e": "",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["a", "b", "c", "d", "e"]),
        ("STATIST", ["a", "b", "c"]),
        ("einfu\u0308hrung", ["a"]),
        ("EINFUHRUNG IN", ["a"]),
        ("(.*)", ["b"]),
        (".", ["b"]),
        ("ISTAT", ["c"]),
        ("$title", ["d"]),
        ("strasse", ["d"]),
        ("\0", ["d"]),
        ("\u0301", ["a", "b", "c", "d", "e"]),
        ("statistik in", []),
    ],
)
@pytest.mark.parametrize("first", [1, 100])
async def test_finds_by_a_part_of_the_title(catalog: Catalog, text: str, expected: list[str], first: int) -> None:
    for key, title in TITLES.items():
        await catalog.publish(course(key, title=title))
    assert await course_keys(catalog, CourseFilter(title_contains=text), first=first) == expected


async def test_the_title_of_the_newest_version_counts(catalog: Catalog) -> None:
    for title in ("Algebra", "Logic", "Geometry"):
        await catalog.publish(course("c", title=title))
    found = {title: await course_keys(catalog, CourseFilter(title_contains=title)) for title in ("alg", "log", "geo")}
    assert found == {"alg": [], "log": [], "geo": ["c"]}
    page = await catalog.page(CourseFilter(title_contains="geo"), after=None, first=1)
    assert [(row.version, row.title) for row in page.rows] == [(3, "Geometry")]


async def test_finds_by_exact_keys(catalog: Catalog) -> None:
    for key in ("B", "a", "a+", "b"):
        await catalog.publish(course(key, title=f"Course {key}"))
    assert await course_keys(catalog, CourseFilter(keys=("b", "A", "a", "b", "z")), first=1) == ["a", "b"]
    assert await course_keys(catalog, CourseFilter(keys=())) == []
    assert await course_keys(catalog, CourseFilter(keys=("a", "a+", "b"), title_contains="a"), first=1) == ["a", "a+"]
