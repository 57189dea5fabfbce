"""Scalars and enums: what is coerced, and what is an error (GraphQL spec, "Scalars" and "Enums").

Each value is what a resolver returns, and an attribute of a record among others: generated code reads those.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
import strawberry
from strawberry.scalars import JSON

from resolvers.schema import schema_of
from resolvers.types.scalars import BigInt
from tests.resolvers.execution.compiled.running import Ran, field_of, query_of, ran


@strawberry.enum
class Size(Enum):
    SMALL = "s"
    LARGE = "l"


@strawberry.enum
class Renamed(Enum):
    FIRST = strawberry.enum_value(1, name="ONE")
    SECOND = 2


@dataclass
class Record:
    leaf: Any


async def resolved(kind: Any, value: Any) -> Ran:
    return await ran(query_of(leaf=field_of(kind, value)), "{ leaf }")


async def among_others(kind: Any, value: Any) -> Ran:
    """The value as an attribute of the second of three records; the others have None."""
    item: Any = strawberry.type(type("Item", (), {"leaf": None, "__annotations__": {"leaf": kind}}), name="Item")
    items = [Record(None), Record(value), Record(None)]
    schema = schema_of(strawberry.type(type("Query", (), {"items": field_of(list[item | None], items)})))
    found = await ran(schema, "{ items { leaf } }")
    leaf = found.data["items"][1]
    errors = [(path, message) for path, message in found.errors if path == "items.1.leaf"]
    return Ran({"leaf": None if leaf is None else leaf["leaf"]}, [("leaf", message) for _, message in errors])


WAYS: list[Callable[[Any, Any], Any]] = [resolved, among_others]
VALUES: list[tuple[Any, Any, Any]] = [
    (int, 7, 7),
    (int, True, 1),
    (int, 1.0, 1),
    (int, "7", 7),
    (int, 2**31 - 1, 2**31 - 1),
    (int, -(2**31), -(2**31)),
    (float, 1.5, 1.5),
    (float, 1, 1.0),
    (float, True, 1),
    (float, "1.5", 1.5),
    (str, "text", "text"),
    (str, 5, "5"),
    (str, True, "true"),
    (str, 1.5, "1.5"),
    (bool, True, True),
    (bool, 1, True),
    (bool, 0.0, False),
    (strawberry.ID, "7", "7"),
    (strawberry.ID, 7, "7"),
    (Size, Size.LARGE, "LARGE"),
    (Renamed, Renamed.FIRST, "ONE"),
    (Renamed, Renamed.SECOND, "SECOND"),
    (datetime, datetime(2026, 1, 2, 3, 4, 5, 6_000, UTC), "2026-01-02T03:04:05.006Z"),
    (date, date(2026, 1, 2), "2026-01-02"),
    (UUID, UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    (BigInt, 2**40, str(2**40)),
    (JSON, {"a": [1, None]}, {"a": [1, None]}),
    (JSON, [], []),
]
FAULTS: list[tuple[Any, Any, str]] = [
    (int, 2**31, "GraphQLError: Int cannot represent non 32-bit signed integer value: 2147483648"),
    (int, -(2**31) - 1, "GraphQLError: Int cannot represent non 32-bit signed integer value: -2147483649"),
    (int, 1.5, "GraphQLError: Int cannot represent non-integer value: 1.5"),
    (int, "", "GraphQLError: Int cannot represent non-integer value: ''"),
    (int, [1], "GraphQLError: Int cannot represent non-integer value: [1]"),
    (float, float("nan"), "GraphQLError: Float cannot represent non numeric value: nan"),
    (float, float("inf"), "GraphQLError: Float cannot represent non numeric value: inf"),
    (float, float("-inf"), "GraphQLError: Float cannot represent non numeric value: -inf"),
    (float, "x", "GraphQLError: Float cannot represent non numeric value: 'x'"),
    (str, {}, "GraphQLError: String cannot represent value: {}"),
    (bool, "true", "GraphQLError: Boolean cannot represent a non boolean value: 'true'"),
    (strawberry.ID, 1.5, "GraphQLError: ID cannot represent value: 1.5"),
    (Size, "huge", "GraphQLError: Enum 'Size' cannot represent value: 'huge'"),
    (UUID, ValueError("a value that is an error"), "ValueError: a value that is an error"),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("kind", "value", "leaf"), VALUES)
async def test_a_leaf_is_coerced(kind: Any, value: Any, leaf: Any, way: Callable[[Any, Any], Any]) -> None:
    for each in (kind, kind | None):
        found = await way(each, value)
        assert found == ({"leaf": leaf}, [])
        assert type(found.data["leaf"]) is type(leaf)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("kind", "value", "message"), FAULTS)
async def test_a_value_that_represents_no_leaf_is_an_error(
    kind: Any, value: Any, message: str, way: Callable[[Any, Any], Any]
) -> None:
    assert await way(kind | None, value) == ({"leaf": None}, [("leaf", message)])


@pytest.mark.parametrize("way", WAYS)
async def test_null_is_null(way: Callable[[Any, Any], Any]) -> None:
    for kind in (int, float, str, bool, strawberry.ID, Size, datetime, UUID, JSON):
        assert await way(kind | None, None) == ({"leaf": None}, [])
