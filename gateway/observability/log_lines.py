"""What a log line has: the message and the fields of a record, without data of requests or stores."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from traceback import extract_tb
from types import TracebackType
from typing import Any

from gateway.runtime.code_places import place

OUR_ROOT = "quadrangle"
"""The root of this project's loggers."""
FORMATTED_ROOTS = (OUR_ROOT, "uvicorn")
"""Loggers whose messages are logged with their arguments."""
STANDARD_FIELDS = frozenset({*logging.makeLogRecord({}).__dict__, "message", "asctime", "color_message"})
PROCESS_NUMBER = "process_number"
"""The field of libraries' records, too: the number of one of several processes."""
MAX_FRAMES = 8
LONGEST_MESSAGE = 500


def line_of(record: logging.LogRecord) -> dict[str, Any]:
    """The members of a record's line: `time`, `level`, `logger`, `message`, the fields of `extra` for our own loggers,
    and `errors` for an exception.

    Of libraries' messages it has only the first line of the template, and of exceptions only class and place: texts and
    values may contain personal data, a token or a password.
    """
    root = record.name.partition(".")[0]
    message = record.getMessage() if root in FORMATTED_ROOTS else str(record.msg)
    line: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": message.partition("\n")[0][:LONGEST_MESSAGE],
    }
    if root == OUR_ROOT:
        line |= {name: value for name, value in record.__dict__.items() if name not in STANDARD_FIELDS}
    elif (number := record.__dict__.get(PROCESS_NUMBER)) is not None:
        line[PROCESS_NUMBER] = number
    if record.exc_info and record.exc_info[1]:
        line["errors"] = list(_errors(record.exc_info[1]))
    return line


def _errors(error: BaseException | None) -> Iterator[dict[str, Any]]:
    """An exception and its causes, outermost first. After a group comes the first of its exceptions."""
    for _ in range(MAX_FRAMES):
        if error is None:
            return
        yield {"kind": type(error).__name__, "at": _places(error.__traceback__)}
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        else:
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _places(traceback: TracebackType | None) -> list[str]:
    frames = extract_tb(traceback)[-MAX_FRAMES:]
    return [place(frame.filename, frame.lineno, frame.name) for frame in frames]
