"""InfluxQL whose values are bound: nothing that comes from outside is ever part of a statement's text."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from stores.domain.calendar import Span
from stores.domain.paging import to_ms

NS_OF_MS = 1_000_000
EARLIEST, LATEST = -(2**63) + 2, 2**63 - 2
"""The server's limits of time: 1677 to 2262."""

Row = Sequence[Any]


class Series(NamedTuple):
    """Rows of one measurement and group, their time first."""

    name: str
    tags: dict[str, str]
    rows: Sequence[Row]


class Script:
    """Statements that are sent as one request."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.values: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def select(self, what: str, *, of: str, where: Iterable[str], then: str = "") -> None:
        self.statements.append(" ".join(["SELECT", what, "FROM", of, "WHERE", " AND ".join(where), then]).rstrip())

    def delete(self, *, of: str, where: Iterable[str]) -> None:
        self.statements.append(" ".join(["DELETE FROM", of, "WHERE", " AND ".join(where)]))

    def create_database(self, name: str, *, shards: str) -> None:
        """Its name is quoted: identifiers cannot be bound. A read opens every shard: longer ones make it cheaper."""
        escaped = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        self.statements.append(f'CREATE DATABASE "{escaped}"')
        self.statements.append(f'ALTER RETENTION POLICY "autogen" ON "{escaped}" SHARD DURATION {shards}')

    def bound(self, value: str) -> str:
        if value not in self._names:
            name = self._names[value] = f"p{len(self._names)}"
            self.values[name] = value
        return f"${self._names[value]}"

    def equal(self, column: str, value: str) -> str:
        return f"{column} = {self.bound(value)}"

    def unequal(self, column: str, value: str) -> str:
        return f"{column} != {self.bound(value)}"

    def either(self, column: str, values: Iterable[str]) -> str:
        return f"({' OR '.join(self.equal(column, value) for value in values)})"


def nanoseconds(moment: datetime) -> int:
    return max(EARLIEST, min(LATEST, to_ms(moment) * NS_OF_MS))


def within(span: Span) -> str:
    return between(nanoseconds(span.start), nanoseconds(span.end))


def between(start: int, end: int) -> str:
    return f"time >= {start} AND time < {end}"
