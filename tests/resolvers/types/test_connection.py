"""Every connection takes its own cursors only: those of another list are refused."""

from typing import Any

import pytest
from strawberry.relay import to_base64

from resolvers.schema import build_schema
from resolvers.types.connection import connection
from stores.domain.events import Verb
from stores.domain.paging import Page, page_of
from tests.resolvers import world
from tests.resolvers.subscriptions.live_school import ADA_ALGEBRA, ADA_ID, open_school
from tests.resolvers.subscriptions.live_school import progress_updated as updates

SCHEMA = build_schema()
ADA = f'learner(id: "{ADA_ID}")'
COURSE = f'course(key: "{world.ALGEBRA}")'
ENROLLMENT = f'enrollment(registration: "{world.registration(world.BOTANY, 0)}")'
LISTS = {
    "learners": "{ page: learners(%s) { edges { cursor } } }",
    "courses": "{ page: courses(%s) { edges { cursor } } }",
    "enrollments of a learner": f"{{ parent: {ADA} {{ page: enrollments(%s) {{ edges {{ cursor }} }} }} }}",
    "enrollments of a course": f"{{ parent: {COURSE} {{ page: enrollments(%s) {{ edges {{ cursor }} }} }} }}",
    "enrollments by score": f"{{ parent: {COURSE} {{ page: enrollments(orderBy: {{field: SCORE}}, %s) "
    "{ edges { cursor } } } }",
    "enrollments by score, descending": f"{{ parent: {COURSE} {{ page: "
    "enrollments(orderBy: {field: SCORE, direction: DESC}, %s) { edges { cursor } } } }",
    "timeline": f"{{ parent: {ADA} {{ page: timeline(%s) {{ edges {{ cursor }} }} }} }}",
    "attempts": f"{{ parent: {ENROLLMENT} {{ page: attempts(%s) {{ edges {{ cursor }} }} }} }}",
    "items": f"{{ parent: {ENROLLMENT} {{ page: items(%s) {{ edges {{ cursor }} }} }} }}",
}


async def result_of(query: str) -> Any:
    peer = world.peer_of(await world.open_school(), world.admin(), trace=False)
    return await SCHEMA.execute(query, context_value=peer)


async def cursor_of(name: str) -> str:
    result = await result_of(LISTS[name] % "first: 1")
    assert result.errors is None
    page = result.data.get("page") or result.data["parent"]["page"]
    return str(page["edges"][0]["cursor"])


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_takes_its_own_cursor(name: str) -> None:
    result = await result_of(LISTS[name] % f'first: 1, after: "{await cursor_of(name)}"')
    assert result.errors is None


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_refuses_the_cursors_of_other_lists(name: str) -> None:
    others = [await cursor_of(other) for other in LISTS if other != name]
    for cursor in [*others, await feed_cursor(), "", "%%%", to_base64("Learner", world.ADA)]:
        result = await result_of(LISTS[name] % f'first: 1, after: "{cursor}"')
        (error,) = result.errors or [None]
        assert error is not None, cursor
        assert error.extensions["code"] == "BAD_USER_INPUT"
        assert "cursor" in error.message


def test_cursors_are_made_when_they_are_read() -> None:
    made: list[str] = []

    def cursor_of(row: str) -> str:
        made.append(row)
        return row.upper()

    page = page_of(["a", "b", "c"], cursor_of, 2)
    shown = connection(page, after=None, node=lambda row: row * 2)
    assert [edge.node for edge in shown.edges] == ["aa", "bb"]
    assert (shown.page_info.has_next_page, shown.page_info.has_previous_page) == (True, False)
    assert made == []
    assert shown.page_info.end_cursor == "B"
    assert made == ["b"]
    assert (shown.page_info.start_cursor, [edge.cursor for edge in shown.edges]) == ("A", ["A", "B"])
    assert page.cursors == ("A", "B")
    assert page == Page(("a", "b"), str.upper, True) != Page(("a", "b"), str, True)
    assert repr(page) == "Page(rows=('a', 'b'), cursors=('A', 'B'), has_next=True)"


def test_a_key_without_a_page_has_an_empty_one() -> None:
    shown = connection(None, after="x").page_info
    assert (shown.edges, shown.start_cursor, shown.end_cursor) == ([], None, None)
    assert (shown.has_next_page, shown.has_previous_page) == (False, True)


async def test_both_fields_for_the_enrollments_of_a_course_are_one_list() -> None:
    cursor = await cursor_of("enrollments of a course")
    result = await result_of(f'{{ enrollments(course: "{world.ALGEBRA}", after: "{cursor}") {{ totalCount }} }}')
    assert result.errors is None


@pytest.mark.parametrize("name", LISTS)
async def test_a_feed_refuses_the_cursors_of_lists(name: str) -> None:
    school = await open_school()
    subscription = await school.subscribe(updates(f"registration:{ADA_ALGEBRA}", after=await cursor_of(name)))
    assert await subscription.code() == "BAD_USER_INPUT"


async def feed_cursor() -> str:
    school = await open_school()
    subscription = await school.subscribe(updates(f"registration:{ADA_ALGEBRA}", "cursor"))
    assert await subscription.is_silent()
    await school.record(ADA_ALGEBRA, Verb.COMPLETED, "video")
    cursor = (await subscription.event())["cursor"]
    await subscription.close()
    return str(cursor)
