"""A compiled selection set: how the objects of one type at one level are read and built."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from graphql import GraphQLObjectType

from resolvers.execution.compiled.builder import Build, Part
from resolvers.execution.compiled.completion import OrNull
from resolvers.execution.compiled.field import Field
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.value_by_value import build_value_by_value
from resolvers.execution.compiled.values import Column, Deliver, Path, Paths


class Source(Protocol):
    """Where the values of a field come from."""

    def read(self, run: Run, rows: Column, deliver: Deliver) -> None:
        """Call `deliver` once with the values of the field for these rows: at once, or when they are read."""


@dataclass(frozen=True, slots=True, eq=False)
class ColumnField:
    """A field that is read as a column and completed."""

    field: Field
    source: Source
    completion: OrNull


class Level:
    """The rows of a selection set while it runs. `joined`: the records of other sources that are built in line, `sound`
    unless one of them could not be read; `states`: those of the completions of the columns."""

    __slots__ = ("joined", "rows", "sound", "states")

    def __init__(self, rows: Column, joins: int, columns: int) -> None:
        self.rows = rows
        self.sound = True
        self.joined: list[Column] = [[]] * joins
        self.states: list[Any] = [None] * columns


@dataclass(frozen=True, slots=True, eq=False)
class ObjectPlan:
    """`parts` are the fields in the order of the response, `joins` read records whose attributes are built in line, and
    `columns` are the fields that are completed first, in the order in which they stand among the parts."""

    kind: GraphQLObjectType
    parts: Sequence[Part]
    joins: Sequence[Source]
    columns: Sequence[ColumnField]
    build: Build

    def begin(self, run: Run, rows: Column) -> Level:
        """Start to read everything that is selected of these rows."""
        level = Level(rows, len(self.joins), len(self.columns))
        if rows:
            for number, join in enumerate(self.joins):
                join.read(run, rows, partial(_join, level, number))
            for number, column in enumerate(self.columns):
                column.source.read(run, rows, partial(self._completed, run, level, number))
        return level

    def _completed(self, run: Run, level: Level, number: int, values: Column) -> None:
        level.states[number] = self.columns[number].completion.begin(run, values)

    def finish(self, run: Run, level: Level, paths: Paths) -> Column:
        """The objects of the response. An object is `NULLED` if a field of it is that may not be null."""
        if not level.rows:
            return []
        completed = [
            column.completion.finish(run, state, partial(_beneath, paths, column.field.key))
            for column, state in zip(self.columns, level.states, strict=True)
        ]
        if level.sound:
            try:
                objects, size = self.build(level.rows, *level.joined, *completed, sizes=run.size)
                run.size.add_counted(size)
            except Exception:  # whatever is wrong, it is found again value by value, with its path
                level.sound = False
            else:
                return objects
        return build_value_by_value(run, self.kind, self.parts, level.rows, level.joined, completed, paths)


def _join(level: Level, number: int, records: Column) -> None:
    level.joined[number] = records
    if any(issubclass(kind, Exception) for kind in set(map(type, records))):
        level.sound = False


def _beneath(paths: Paths, key: str, place: int) -> list[Path]:
    return [(*path, key) for path in paths(place)]
