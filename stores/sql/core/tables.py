"""Many rows in one statement: one array for each column, sent as text, which the server casts.

Arrays of other types make asyncpg query the server's types, which is very slow on CockroachDB.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import repeat
from typing import Any

import orjson

from stores.domain.outbox import partition_of

SAME_ESCAPES = re.compile(rb'(?:[^\\]|\\["\\])*')
"""JSON with no other escapes than those of quotes and backslashes, which array literals have, too."""


def joined(values: Iterable[Any]) -> str:
    """Values whose JSON is text without commas or quotes, separated by commas; None is `null`."""
    return orjson.dumps(list(values), default=str)[1:-1].decode().replace('"', "")


def joined_floats(values: Iterable[float | None]) -> str:
    """Numbers, which need not be finite, separated by commas; None is `null`."""
    return ",".join(["null" if value is None else repr(value) for value in values])


def literal(values: Iterable[str | Enum | None]) -> str:
    """The array literal of texts, or of the values of enums; None is `null`."""
    given = list(values)
    made = orjson.dumps(given)
    if b"\\" in made and not SAME_ESCAPES.fullmatch(made):  # a control character
        quoted = ["null" if one is None else f'"{ESCAPE.sub(ADDED, one)}"' for one in map(text_of, given)]
        return f"{{{','.join(quoted)}}}"
    return f"{{{made[1:-1].decode()}}}"


ESCAPE, ADDED = re.compile(r'["\\]'), r"\\\g<0>"
"""What has a backslash before it in an array literal."""


def text_of(value: str | Enum | None) -> str | None:
    """A text as it is stored."""
    return value.value if isinstance(value, Enum) else value


def hexadecimal(values: Iterable[bytes | None]) -> str:
    """The array literal of bytes in hexadecimal."""
    return literal([None if value is None else value.hex() for value in values])


def documents(values: Iterable[Mapping[str, Any] | None]) -> str:
    """The array literal of documents as JSON."""
    return literal([None if value is None else json.dumps(value) if value else "{}" for value in values])


ARRAY_OF: Mapping[str, Callable[[Iterable[Any]], str]] = {
    "bool": joined,
    "bytea": hexadecimal,
    "float8": joined_floats,
    "int8": joined,
    "jsonb": documents,
    "text": literal,
    "timestamptz": joined,
    "uuid": joined,
}
READ_ONE_BY_ONE = {"bytea": "decode({}, 'hex')", "jsonb": "{}::jsonb", "text": "{}"}
"""Types whose values are sent as an array of text and cast one by one; CockroachDB has no arrays of jsonb. Values of
the others have no commas and are never empty, so that they need no quotes."""


def array_of(number: int, kind: str) -> str:
    """The parameter of this number, as `array` makes it, as an array of SQL."""
    if kind in READ_ONE_BY_ONE:
        return f"${number}::text::text[]"
    return f"string_to_array(${number}::text, ',', 'null')::{kind}[]"


def array(values: Iterable[Any], kind: str) -> str:
    """The parameter for an array of values of this type; None is NULL. It is one text: the driver would encode a list
    value by value."""
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

    def arrays(self, rows: Sequence[Sequence[object]]) -> list[str]:
        """The parameters for `given`: one array for each column. `rows` have values in the order of the columns."""
        columns = zip(*rows, strict=True) if rows else repeat((), len(self.columns))
        return [array(values, kind) for values, kind in zip(columns, self.columns.values(), strict=True)]


class PartitionedTable(Table):
    """A table whose last column, `partition`, follows from the column `registration`: rows are given without it."""

    def arrays(self, rows: Sequence[Sequence[Any]]) -> list[str]:
        """As in `Table`, but `rows` have no partition."""
        place = [*self.columns].index("registration")
        return super().arrays([(*row, partition_of(row[place])) for row in rows])


def with_partition(table: Table) -> Table:
    """The columns of the table and their partition (`outbox.partition_of`), which every INSERT writes."""
    return PartitionedTable(name=table.name, columns={**table.columns, "partition": "int8"})
