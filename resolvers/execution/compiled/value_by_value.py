"""Builds the objects of a level value by value, where one of them is not as it should be: with all errors and their
paths."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLObjectType

from resolvers.execution.compiled.builder import Completed, Inline, Part, TypeName
from resolvers.execution.compiled.leaves import Serializer, serializer_of
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.values import NULLED, Column, Paths, attempt


def build_value_by_value(
    run: Run,
    kind: GraphQLObjectType,
    parts: Sequence[Part],
    rows: Column,
    joined: Sequence[Column],
    completed: Sequence[Column],
    paths: Paths,
) -> Column:
    """The objects of a level, as the generated code would build them. `NULLED` in the place of an object that a field
    without a value nulls."""
    objects: Column = []
    for place, row in enumerate(rows):
        columns = iter(completed)
        built: dict[str, Any] = {}
        nulled = False
        for part in parts:
            if isinstance(part, TypeName):
                built[part.key] = kind.name
                continue
            if isinstance(part, Completed):
                value = next(columns)[place]
            else:
                record = None if part.join is None else joined[part.join][place]
                value = _leaf(run, part, row, record)
                if isinstance(value, Exception):
                    run.errors.add(value, part.field, [(*path, part.field.key) for path in paths(place)])
                    value = NULLED
            nulled = nulled or (value is NULLED and part.field.non_null)
            built[part.field.key] = None if value is NULLED else value
        objects.append(NULLED if nulled else built)
    return objects


def _leaf(run: Run, part: Inline, row: Any, record: Any) -> Any:
    """The JSON value, or what is wrong with it."""
    value = attempt(part.read, row, record)
    if isinstance(value, Exception):
        return value
    return attempt(_counted, run, serializer_of(part.leaf, non_null=part.field.non_null), value)


def _counted(run: Run, serialize: Serializer, value: Any) -> Any:
    leaf = serialize(value)
    if leaf is not None:
        run.size.add(leaf)
    return leaf
