"""Many rows in one statement: one array for each column, sent as text, which the server casts.

Arrays of other types make asyncpg query the server's types, which is very slow on CockroachDB.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import repeat
from typing import Any, TypeAlias

import orjson

from stores.domain.outbox import partition_of

Array: TypeAlias = str | list[str | None]


def text_of_document(value: Mapping[str, Any]) -> str:
    """A document as JSON."""
    return json.dumps(value) if value else "{}"


def texts(values: Iterable[Any]) -> list[str | None]:
    """Texts, and the values of enums, as they are stored."""
    return [value.value if isinstance(value, Enum) else value for value in values]


def optional(text_of: Callable[[Any], str]) -> Callable[[Iterable[Any]], list[str | None]]:
    """The function that makes texts of values, but keeps None."""
    return lambda values: [None if value is None else text_of(value) for value in values]


def joined_json(values: Iterable[Any]) -> str:
    """The JSON of values that are text without commas or quotes, separated by commas; None is `null`."""
    return orjson.dumps(list(values), default=str)[1:-1].decode().replace('"', "")


def joined_floats(values: Iterable[float | None]) -> str:
    """Numbers, which need not be finite, separated by commas; None is `null`."""
    return ",".join(["null" if value is None else repr(value) for value in values])


ARRAY_OF: Mapping[str, Callable[[Iterable[Any]], Array]] = {
    "bool": joined_json,
    "bytea": optional(bytes.hex),
    "float8": joined_floats,
    "int8": joined_json,
    "jsonb": optional(text_of_document),
    "text": texts,
    "timestamptz": joined_json,
    "uuid": joined_json,
}
READ_ONE_BY_ONE = {"bytea": "decode({}, 'hex')", "jsonb": "{}::jsonb", "text": "{}"}
"""Types whose values are sent as a list and cast one by one; CockroachDB has no arrays of jsonb. Values of the others
have no commas and are never empty. They are sent as one text, which is faster, and cast as an array."""


def array_of(number: int, kind: str) -> str:
    """The parameter of this number, as `array` makes it, as an array of SQL."""
    if kind in READ_ONE_BY_ONE:
        return f"${number}::text[]"
    return f"string_to_array(${number}::text, ',', 'null')::{kind}[]"


def array(values: Iterable[Any], kind: str) -> Array:
    """The parameter for an array of values of this type; None is NULL."""
    return ARRAY_OF[kind](values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, or the part of it that a statement writes: column names and their SQL types."""

    name: str
    columns: Mapping[str, str]

    @property
    def names(self) -> str:
        """The column names, separated by commas."""
        return ", ".join(self.columns)

    def given(self, first: int = 1) -> str:
        """A SELECT of the rows in `arrays`, which are the parameters from number `first` on."""
        arrays = [array_of(number, kind) for number, kind in enumerate(self.columns.values(), first)]
        picked = [READ_ONE_BY_ONE.get(kind, "{}").format(name) for name, kind in self.columns.items()]
        return f"SELECT {', '.join(picked)} FROM unnest({', '.join(arrays)}) AS given({self.names})"

    def set(self, *, but: Iterable[str], to: str) -> str:
        """Assignments for UPDATE of all columns but some, from the row named `to`."""
        left = set(but)
        return ", ".join(f"{name} = {to}.{name}" for name in self.columns if name not in left)

    def arrays(self, rows: Sequence[Sequence[object]]) -> list[Array]:
        """The parameters for `given`: one array for each column. `rows` have values in the order of the columns."""
        columns = zip(*rows, strict=True) if rows else repeat((), len(self.columns))
        return [array(values, kind) for values, kind in zip(columns, self.columns.values(), strict=True)]


class PartitionedTable(Table):
    """A table whose last column, `partition`, follows from the column `registration`: rows are given without it."""

    def arrays(self, rows: Sequence[Sequence[Any]]) -> list[Array]:
        """As in `Table`, but `rows` have no partition."""
        place = [*self.columns].index("registration")
        return super().arrays([(*row, partition_of(row[place])) for row in rows])


def with_partition(table: Table) -> Table:
    """The columns of the table and their partition (`outbox.partition_of`), which every INSERT writes."""
    return PartitionedTable(name=table.name, columns={**table.columns, "partition": "int8"})
