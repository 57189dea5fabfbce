"""Builds the objects of a level value by value, where one of them is not as it should be: with all errors and their
paths."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLObjectType

from resolvers.execution.compiled.builder import Completed, Inline, Part, TypeName
from resolvers.execution.compiled.leaves import serializer_of
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.values import NULLED, Column, Path, Paths


def build_carefully(
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
                value = _leaf(run, part, row, record, [(*path, part.field.key) for path in paths(place)])
            nulled = nulled or (value is NULLED and part.field.non_null)
            built[part.field.key] = None if value is NULLED else value
        objects.append(NULLED if nulled else built)
    return objects


def _leaf(run: Run, part: Inline, row: Any, record: Any, paths: list[Path]) -> Any:
    try:
        value = serializer_of(part.leaf, non_null=part.field.non_null)(part.read(row, record))
        if value is not None:
            run.size.add(value)
    except Exception as error:
        run.errors.add(error, part.field, paths)
        return NULLED
    return value
