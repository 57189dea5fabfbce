"""Positions in the response are computed for errors only: one record may stand at thousands of them."""

from types import SimpleNamespace
from typing import Any, cast

from graphql import GraphQLField, GraphQLObjectType, GraphQLString

from resolvers.context import free
from resolvers.execution.compiled.builder import Inline
from resolvers.execution.compiled.distinct import Distinct
from resolvers.execution.compiled.field import Field
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.value_by_value import build_value_by_value
from resolvers.execution.compiled.values import FieldErrors, Path
from resolvers.execution.limits.response_size import ResponseSize
from resolvers.limits import Limits

TEXT = GraphQLField(GraphQLString)
PARENT = GraphQLObjectType("Parent", {"text": TEXT})


def field_named(key: str) -> Field:
    return Field((key,), PARENT, TEXT, [], None)


def test_rows_without_an_error_need_no_position() -> None:
    asked: list[int] = []

    def paths(place: int) -> list[Path]:
        asked.append(place)
        return [("rows", place)]

    def failing(row: str) -> str:
        if row == "b":
            raise ValueError(row)
        return row

    run = cast(Run, SimpleNamespace(size=ResponseSize(Limits(), free), errors=FieldErrors()))
    parts = [Inline(field_named("good"), GraphQLString, function=str.upper)]
    parts.append(Inline(field_named("bad"), GraphQLString, function=failing))
    rows: list[Any] = ["a", "b", "c"]
    built = build_value_by_value(run, PARENT, parts, rows, [], [], paths)
    assert built == [{"good": "A", "bad": "a"}, {"good": "B", "bad": None}, {"good": "C", "bad": "c"}]
    assert [error.path for error in run.errors.found] == [["rows", 1, "bad"]]
    assert asked == [1]


def test_a_value_has_the_positions_of_all_its_places() -> None:
    paths = Distinct(["x", "y"], [0, 1, 0]).paths(lambda place: [("rows", place)])
    assert (paths(0), paths(1)) == ([("rows", 0), ("rows", 2)], [("rows", 1)])
