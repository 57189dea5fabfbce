"""Optional conditions of a statement, with their values as its parameters."""

from collections.abc import Collection, Iterable
from enum import Enum

from stores.domain.paging import CLEAN_TEXT


class WhereClause:
    """Conditions that are appended with AND to a first one. `args` are the parameters of the whole statement."""

    def __init__(self, *args: object) -> None:
        self.args = [*args]
        self.text = ""

    def add(self, condition: str, *values: object) -> None:
        """Add a condition in which `{0}`, `{1}` … stand for the values."""
        names = [f"${len(self.args) + number}" for number in range(1, len(values) + 1)]
        self.text += f" AND ({condition.format(*names)})"
        self.args += values

    def is_in(self, column: str, wanted: Collection[str | Enum] | None) -> None:
        """Add the condition that a column has one of these values; None adds no condition."""
        if wanted is not None:
            self.add(
                f"{column} = ANY({{0}}::text[])",
                storable(one.value if isinstance(one, Enum) else one for one in wanted),
            )


def storable(keys: Iterable[str]) -> list[str]:
    """The distinct keys that a row can have. A key with NUL or unpaired surrogates would make the whole query fail."""
    return [key for key in dict.fromkeys(keys) if CLEAN_TEXT.fullmatch(key)]
