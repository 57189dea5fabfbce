"""Completion of columns: how the values of a field become parts of the response.

Each completion has two steps. `begin` takes the column when it is read and starts what lies beneath it; it returns a
state. `finish` runs once everything is read: it returns the completed column, in which `NULLED` stands for a value that
an error nulled. (GraphQL spec, "Value Completion", for all values of a level at once.)
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from types import NoneType
from typing import Any, Protocol

from graphql import GraphQLError, GraphQLLeafType
from graphql.pyutils import is_iterable

from resolvers.execution.compiled.field import Field
from resolvers.execution.compiled.leaves import serializer_of
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.values import NULLED, Column, NullInNonNull, Path, Paths


class Completion(Protocol):
    """Completes the values of one type."""

    def begin(self, run: Run, values: Column) -> Any:
        """Start what lies beneath the values."""

    def finish(self, run: Run, state: Any, paths: Paths) -> Column:
        """The completed column. `paths`: where each value is in the response."""


@dataclass(frozen=True, slots=True, eq=False)
class OrNull:
    """Completes values that may be null or have failed; `inner` completes the others."""

    field: Field
    inner: Completion
    non_null: bool

    def begin(self, run: Run, values: Column) -> Any:
        """See `Completion`."""
        if not any(kind is NoneType or issubclass(kind, Exception) for kind in set(map(type, values))):
            return None, values, self.inner.begin(run, values)
        places = [place for place, value in enumerate(values) if not (value is None or isinstance(value, Exception))]
        return places, values, self.inner.begin(run, [values[place] for place in places])

    def finish(self, run: Run, state: Any, paths: Paths) -> Column:
        """See `Completion`."""
        places, values, inner = state
        if places is None:
            completed = self.inner.finish(run, inner, paths)
        else:
            completed = [self._absent(run, value, place, paths) for place, value in enumerate(values)]
            found = self.inner.finish(run, inner, lambda number: paths(places[number]))
            for place, value in zip(places, found, strict=True):
                completed[place] = value
        if self.non_null or not run.errors.found:
            return completed
        return [None if value is NULLED else value for value in completed]

    def _absent(self, run: Run, value: Any, place: int, paths: Paths) -> Any:
        if isinstance(value, Exception):
            run.errors.add(value, self.field, paths(place))
            return NULLED
        if value is None and self.non_null:
            run.errors.add(NullInNonNull(), self.field, paths(place))
            return NULLED
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Leaves:
    """Completes scalars and enums."""

    field: Field
    leaf: GraphQLLeafType

    def begin(self, run: Run, values: Column) -> Any:
        """See `Completion`."""
        return values

    def finish(self, run: Run, state: Any, paths: Paths) -> Column:
        """See `Completion`."""
        serialize = serializer_of(self.leaf, non_null=True)
        completed: Column = []
        for place, value in enumerate(state):
            try:
                leaf = serialize(value)
                run.size.add(leaf)
            except Exception as error:
                run.errors.add(error, self.field, paths(place))
                leaf = NULLED
            completed.append(leaf)
        return completed


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """Completes lists: their items are one column, whatever list they are in."""

    field: Field
    items: OrNull

    def begin(self, run: Run, values: Column) -> Any:
        """See `Completion`."""
        lists = [value if value.__class__ in (list, tuple) else _listed(value) for value in values]
        return lists, self.items.begin(run, [item for each in lists if each is not None for item in each])

    def finish(self, run: Run, state: Any, paths: Paths) -> Column:
        """See `Completion`."""
        lists: list[Sequence[Any] | None]
        lists, inner = state
        lengths = [0 if each is None else len(each) for each in lists]
        starts: list[int] = []

        def paths_of_item(number: int) -> list[Path]:
            if not starts:
                starts.extend(accumulate(lengths, initial=0))
            place = bisect_right(starts, number) - 1
            return [(*path, number - starts[place]) for path in paths(place)]

        items = iter(self.items.finish(run, inner, paths_of_item))
        completed: Column = [[*islice(items, length)] for length in lengths]
        for place, each in enumerate(lists):
            if each is None:
                where = f"{self.field.parent.name}.{self.field.name}"
                message = f"Expected Iterable, but did not find one for field '{where}'."
                run.errors.add(GraphQLError(message), self.field, paths(place))
                completed[place] = NULLED
        if self.items.non_null and run.errors.found:
            return [NULLED if each is NULLED or _has_nulled(each) else each for each in completed]
        return completed


def _listed(value: Any) -> Sequence[Any] | None:
    """The items of a value; None if it is no list."""
    return list(value) if is_iterable(value) else None


def _has_nulled(value: Any) -> bool:
    return any(item is NULLED for item in value)
