"""InfluxQL statements, whose values are bound parameters."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from stores.domain.paging import to_ms

NS_OF_MS = 1_000_000
EARLIEST, LATEST = -(2**63) + 2, 2**63 - 2
"""The server's limits of time: 1677 to 2262."""
Row = Sequence[Any]


class Series(NamedTuple):
    """The rows of one group. The time comes first in each row."""

    tags: dict[str, str]
    rows: Sequence[Row]


class Conditions:
    """Conditions of one request. Values from outside are bound, never part of a statement's text."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def either(self, column: str, values: Iterable[str]) -> str:
        """The condition that a column has one of these values."""
        return f"({' OR '.join(f'{column} = {self._bind(value)}' for value in values)})"

    def neither(self, column: str, values: Iterable[str]) -> str:
        """The condition that a column has another value. Points without the column do not meet it."""
        return " AND ".join(f"{column} != {self._bind(value)}" for value in values)

    def _bind(self, value: str) -> str:
        name = self._names.setdefault(value, f"p{len(self._names)}")
        self.values[name] = value
        return f"${name}"


def select(what: str, *, of: str, where: Iterable[str], then: str = "") -> str:
    """A SELECT; `then` is what follows its conditions. Conditions on fields go around a subquery `(select(…))` with the
    conditions on tags: side by side, the server copies those on fields for every series of the database."""
    return " ".join(["SELECT", what, "FROM", of, "WHERE", " AND ".join(where), then]).rstrip()


def nanoseconds(moment: datetime) -> int:
    """A moment as InfluxDB's time, within the server's limits."""
    return max(EARLIEST, min(LATEST, to_ms(moment) * NS_OF_MS))


def between(start: int, end: int) -> str:
    """The condition start ≤ time < end, in ns."""
    return f"time >= {start} AND time < {end}"
