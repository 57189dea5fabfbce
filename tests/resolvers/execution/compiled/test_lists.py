"""Lists: what counts as one, and what null and errors in one do to it (GraphQL spec, "Lists")."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.resolvers.execution.compiled.running import Ran, field_of, query_of, raising, ran

NULL = "TypeError: Cannot return null for non-nullable field Query.list."
NOT_ITERABLE = "GraphQLError: Expected Iterable, but did not find one for field 'Query.list'."
TYPES: dict[str, Any] = {
    "[Int]": list[int | None] | None,
    "[Int]!": list[int | None],
    "[Int!]": list[int] | None,
    "[Int!]!": list[int],
}


class Bad(Exception):
    """An error of a resolver or a value."""


def numbers() -> Iterator[int]:
    yield 1
    yield 2


async def listed(returns: Any, value: Any, *, later: bool = False) -> Ran:
    return await ran(query_of(list=field_of(returns, value, later=later)), "{ list }")


@pytest.mark.parametrize("value", [[1, 2], (1, 2), {1: None, 2: None}.keys(), range(1, 3), numbers])
async def test_any_iterable_is_a_list(value: Any) -> None:
    assert await listed(list[int], value) == ({"list": [1, 2]}, [])


@pytest.mark.parametrize("value", ["12", {1: 2}, 5, b"12"])
async def test_text_a_mapping_or_a_number_is_no_list(value: Any) -> None:
    assert await listed(list[int] | None, lambda: value) == ({"list": None}, [("list", NOT_ITERABLE)])


async def test_a_list_may_be_empty() -> None:
    assert await listed(list[int], []) == ({"list": []}, [])


CASES: list[tuple[str, Any, dict[str, Any], list[tuple[str, str]]]] = [
    ("values", [1, 2], {kind: [1, 2] for kind in TYPES}, []),
    ("no list", None, {"[Int]": None, "[Int!]": None}, []),
    ("a null", [1, None, 2], {"[Int]": [1, None, 2], "[Int]!": [1, None, 2]}, []),
    ("no list in non-null", None, {"[Int]!": ..., "[Int!]!": ...}, [("list", NULL)]),
    ("a null in non-null", [1, None, 2], {"[Int!]": None, "[Int!]!": ...}, [("list.1", NULL)]),
    (
        "an error",
        [1, Bad("bad"), 2],
        {"[Int]": [1, None, 2], "[Int]!": [1, None, 2], "[Int!]": None, "[Int!]!": ...},
        [("list.1", "Bad: bad")],
    ),
    (
        "an error in place of the list",
        Bad("bad"),
        {"[Int]": None, "[Int]!": ..., "[Int!]": None, "[Int!]!": ...},
        [("list", "Bad: bad")],
    ),
    (
        "a value of another type",
        [1, "x", 2],
        {"[Int]": [1, None, 2], "[Int!]": None},
        [("list.1", "GraphQLError: Int cannot represent non-integer value: 'x'")],
    ),
]


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize(("value", "expected", "errors"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
async def test_null_and_errors_null_what_the_type_says(
    value: Any, expected: dict[str, Any], errors: list[tuple[str, str]], later: bool
) -> None:
    """`...` stands for no data at all: the error went up to the root."""
    for kind, data in expected.items():
        found = await listed(TYPES[kind], value, later=later)
        assert found == (None if data is ... else {"list": data}, errors), kind


async def test_a_resolver_that_raises_nulls_the_list() -> None:
    assert await listed(list[int] | None, raising(Bad("bad"))) == ({"list": None}, [("list", "Bad: bad")])


async def test_lists_of_lists_keep_their_shape() -> None:
    grid = [[1, None], [], None, [2, 3]]
    assert await listed(list[list[int | None] | None], grid) == ({"list": grid}, [])


async def test_an_error_in_an_inner_list_nulls_the_nearest_that_may_be_null() -> None:
    grid = [[1, None], [2]]
    assert await listed(list[list[int] | None], grid) == ({"list": [None, [2]]}, [("list.0.1", NULL)])
    assert await listed(list[list[int]] | None, grid) == ({"list": None}, [("list.0.1", NULL)])
    assert await listed(list[list[int]], grid) == (None, [("list.0.1", NULL)])


async def test_errors_of_several_items_are_all_reported() -> None:
    values = [Bad("first"), 1, Bad("second")]
    errors = [("list.0", "Bad: first"), ("list.2", "Bad: second")]
    assert await listed(list[int | None], values) == ({"list": [None, 1, None]}, errors)


def items(*values: Any) -> Callable[[], list[Any]]:
    async def item(value: Any) -> Any:
        await asyncio.sleep(0)
        if isinstance(value, Bad):
            raise value
        return value

    return lambda: [item(value) for value in values]


@pytest.mark.parametrize("later", [False, True])
async def test_items_that_are_awaitable_are_awaited(later: bool) -> None:
    assert await listed(list[int | None], items(1, None, 2), later=later) == ({"list": [1, None, 2]}, [])
    errors = [("list.1", "Bad: bad")]
    assert await listed(list[int | None], items(1, Bad("bad")), later=later) == ({"list": [1, None]}, errors)
    assert await listed(list[int] | None, items(1, Bad("bad")), later=later) == ({"list": None}, errors)
