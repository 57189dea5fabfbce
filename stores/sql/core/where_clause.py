"""Conditions of a statement, which are there or not, with their values as its parameters."""

from collections.abc import Collection, Iterable
from enum import Enum

from stores.domain.paging import CLEAN_TEXT
from stores.sql.core.tables import text_of_text


class Conditions:
    """What follows a first condition; its parameters follow `args`."""

    def __init__(self, *args: object) -> None:
        self.args = [*args]
        self.text = ""

    def add(self, condition: str, *values: object) -> None:
        """`{0}` … stand for the values."""
        names = [f"${len(self.args) + number}" for number in range(1, len(values) + 1)]
        self.text += f" AND ({condition.format(*names)})"
        self.args += values

    def among(self, column: str, wanted: Collection[str | Enum] | None) -> None:
        """`wanted`: None for all."""
        if wanted is not None:
            self.add(f"{column} = ANY({{0}}::text[])", sendable(map(text_of_text, wanted)))


def sendable(keys: Iterable[str]) -> list[str]:
    """The different ones among the keys that a row could have; text with a NUL would fail the others, too."""
    return [key for key in dict.fromkeys(keys) if CLEAN_TEXT.fullmatch(key)]
