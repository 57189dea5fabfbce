"""Tables as rows of text: many rows go to the server as one array of text a column, and are cast there.

Arrays of other types would make asyncpg ask the server for its types, which takes CockroachDB very long.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any


def text_of_text(value: str | Enum) -> str:
    return value if isinstance(value, str) else str(value.value)


def text_of_document(value: Mapping[str, Any]) -> str:
    return json.dumps(value) if value else "{}"


TEXT_OF: Mapping[str, Callable[[Any], str]] = {
    "bool": str,
    "bytea": bytes.hex,
    "float8": repr,
    "int8": str,
    "jsonb": text_of_document,
    "text": text_of_text,
    "timestamptz": datetime.isoformat,
    "uuid": str,
}
READ_ONE_BY_ONE = {"bytea": "decode({}, 'hex')", "jsonb": "{}::jsonb", "text": "{}"}
"""Of all others, the array is cast as a whole. CockroachDB has no arrays of jsonb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The columns that a statement writes, each with its type."""

    name: str
    columns: Mapping[str, str]

    @property
    def names(self) -> str:
        return ", ".join(self.columns)

    def given(self, first: int = 1) -> str:
        """A query for the rows of `arrays`, which are the parameters from `first` on."""
        arrays = [
            f"${number}::text[]" + ("" if kind in READ_ONE_BY_ONE else f"::{kind}[]")
            for number, kind in enumerate(self.columns.values(), first)
        ]
        picked = [READ_ONE_BY_ONE.get(kind, "{}").format(name) for name, kind in self.columns.items()]
        return f"SELECT {', '.join(picked)} FROM unnest({', '.join(arrays)}) AS given({self.names})"

    def set(self, *, but: Iterable[str], to: str) -> str:
        """Assignments of all columns `but` these `to` those of a row."""
        left = set(but)
        return ", ".join(f"{name} = {to}.{name}" for name in self.columns if name not in left)

    def arrays(self, rows: Sequence[Sequence[object]]) -> list[list[str | None]]:
        """Rows (values in the order of the columns) as an array a column."""
        return [
            [None if row[place] is None else text_of(row[place]) for row in rows]
            for place, text_of in enumerate(TEXT_OF[kind] for kind in self.columns.values())
        ]
