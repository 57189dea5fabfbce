"""Typed values of one row of a CSV file. An empty cell is an absent value. A ValueError names the column."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any
from uuid import UUID

from gateway.datasets.bad_rows import quoted
from stores.domain.rfc3339 import parse_rfc3339

NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,60})?([eE][+-]?[0-9]{1,3})?")
UUID_TEXT = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
ATTRIBUTES = "attributes."
TRUTH = {"true": True, "false": False, "1": True, "0": False}


class Cells:
    """The cells of a row by column."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {column: text for column, text in values.items() if text}

    @property
    def given(self) -> Mapping[str, str]:
        """The texts of the cells that are not empty."""
        return self._values

    def text(self, column: str) -> str | None:
        """The text as it is."""
        return self._values.get(column)

    def required(self, column: str) -> str:
        """The text of a cell that may not be empty."""
        if column not in self._values:
            raise ValueError(f"{column} is empty")
        return self._values[column]

    def number(self, column: str) -> float | None:
        """A finite decimal number such as 0.75."""
        text = self.text(column)
        if text is not None and (NUMBER.fullmatch(text) is None or not isfinite(float(text))):
            raise ValueError(f"{column} {quoted(text)} is not a number")
        return None if text is None else float(text)

    def truth(self, column: str) -> bool | None:
        """`true` or `false`, also as 1 and 0."""
        text = self.text(column)
        if text is not None and text.lower() not in TRUTH:
            raise ValueError(f"{column} {quoted(text)} is neither true nor false")
        return None if text is None else TRUTH[text.lower()]

    def uuid(self, column: str) -> UUID | None:
        """A UUID with hyphens."""
        text = self.text(column)
        if text is not None and UUID_TEXT.fullmatch(text) is None:
            raise ValueError(f"{column} {quoted(text)} is not a UUID")
        return None if text is None else UUID(text)

    def time(self, column: str) -> datetime | None:
        """A moment in RFC 3339 with an offset, cut to milliseconds."""
        text = self.text(column)
        if text is None:
            return None
        try:
            return parse_rfc3339(text)
        except ValueError as error:
            raise ValueError(f"{column} {quoted(text)} {error}") from None

    def document(self, column: str) -> dict[str, Any]:
        """A JSON object; empty for an empty cell."""
        value = self._json(column)
        if value is not None and not isinstance(value, dict):
            raise ValueError(f"{column} is not a JSON object")
        return value or {}

    def words(self, column: str) -> list[str]:
        """A JSON list of texts; empty for an empty cell."""
        value = self._json(column)
        if value is not None and not (isinstance(value, list) and all(isinstance(word, str) for word in value)):
            raise ValueError(f"{column} is not a JSON list of texts")
        return value or []

    def attributes(self) -> dict[str, Any]:
        """The document in `attributes`, with the texts of the columns `attributes.NAME`."""
        texts = {column: text for column, text in self._values.items() if column.startswith(ATTRIBUTES)}
        return {
            **self.document("attributes"),
            **{column.removeprefix(ATTRIBUTES): text for column, text in texts.items()},
        }

    def _json(self, column: str) -> Any:
        text = self.text(column)
        try:
            return None if text is None else json.loads(text)
        except (ValueError, RecursionError):
            raise ValueError(f"{column} is not JSON") from None


def column_of(attribute: str | int) -> str:
    """The column of an attribute of a record: `item_key` is in `itemKey`."""
    if attribute == "duration_ms":
        return "durationSeconds"
    return re.sub("_([a-z])", lambda found: found[1].upper(), str(attribute))
