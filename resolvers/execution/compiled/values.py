"""Columns: the values of one field for all rows of a level. A value that failed stands in its column as its error."""

from collections.abc import Callable
from typing import Any, TypeAlias

from graphql import GraphQLError, located_error

from resolvers.execution.compiled.field import Field

Column: TypeAlias = list[Any]
"""The values of one field, one for each row: records, plain values, None, or exceptions."""
Deliver = Callable[[Column], None]
"""What receives the column that a source has read."""
Path: TypeAlias = tuple[str | int, ...]
Paths = Callable[[int], list[Path]]
"""The positions in the response of a value, by its place in its column. One record may stand at several positions.
They are computed only for errors."""


class Nulled:
    """The type of `NULLED`."""

    __slots__ = ()


NULLED = Nulled()
"""A completed value that an error nulled. It nulls its parent, too, where its type does not permit null."""


class NullInNonNull(Exception):
    """A value is null and its type does not permit that."""


def attempt(function: Callable[..., Any], *given: Any) -> Any:
    """What the function returns, or the exception that it raises."""
    try:
        return function(*given)
    except Exception as error:
        return error


def attempt_each(function: Callable[[Any], Any], values: Column) -> Column:
    """What a function without side effects returns for each value, or the exception that it raises."""
    try:
        return list(map(function, values))
    except Exception:
        return [attempt(function, value) for value in values]


class FieldErrors:
    """The errors of one operation, at their positions in the response."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: list[GraphQLError] = []

    def add(self, error: Exception, field: Field, paths: list[Path]) -> None:
        """An error of a field, at each position where its value would be."""
        if isinstance(error, NullInNonNull):
            error = TypeError(f"Cannot return null for non-nullable field {field.parent.name}.{field.name}.")
        self.found += [located_error(error, field.nodes, list(path)) for path in paths]
