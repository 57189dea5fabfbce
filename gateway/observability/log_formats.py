"""The formats of the log: JSON for machines, text for people."""

import json
import logging
import re
from typing import Any

import orjson

from gateway.observability.log_lines import line_of

PLAIN = re.compile(r"[\w.:/@%+-]+")
"""A value that is shown without quotes."""
COLOURS = {"DEBUG": "2", "INFO": "32", "WARNING": "33", "ERROR": "31", "CRITICAL": "31"}
"""The colour of each level, as in ECMA-48 (SGR)."""


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        return _json(line_of(record))


class TextFormatter(logging.Formatter):
    """Formats a record as the time, the level, the logger, the message, and `name=value` for each field. Errors follow,
    a line each. `coloured`: for a terminal that shows colours."""

    def __init__(self, *, coloured: bool = False) -> None:
        super().__init__()
        self._coloured = coloured

    def format(self, record: logging.LogRecord) -> str:
        line = line_of(record)
        errors = line.pop("errors", ())
        time, level, logger, message = (
            printable(str(line.pop(name))) for name in ("time", "level", "logger", "message")
        )
        head = [
            self._in(time.replace("T", " ").removesuffix("+00:00") + "Z", "2"),
            self._in(f"{level:<7}", COLOURS.get(level, "0")),
            self._in(logger, "2"),
            message,
        ]
        fields = [f"{name}={shown(value)}" for name, value in line.items() if value is not None]
        causes = [f"    {each['kind']} at {', from '.join(reversed(each['at']))}" for each in errors]
        return "\n".join([" ".join([*head, *fields]), *map(printable, causes)])

    def _in(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._coloured else text


def shown(value: object) -> str:
    """A value in a line of text: as it is if it is one plain word, else as JSON."""
    if isinstance(value, str) and PLAIN.fullmatch(value):
        return value
    return printable(_json(value))


def printable(text: str) -> str:
    """The text without characters that a terminal would interpret."""
    return text if text.isprintable() else "".join(each if each.isprintable() else "?" for each in text)


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value, default=_name_of_type).decode()
    except TypeError:  # it has a lone surrogate, or an integer beyond 64 bits
        return json.dumps(value, default=_name_of_type)


def _name_of_type(value: object) -> str:
    return type(value).__name__
