"""JSON logs, one record per line, without data of requests or stores."""

import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from logging.config import dictConfig
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any, TextIO

import orjson

OUR_ROOT = "quadrangle"
"""The root of this project's loggers."""
FORMATTED_ROOTS = (OUR_ROOT, "uvicorn")
"""Loggers whose messages are logged with their arguments."""
STANDARD_FIELDS = frozenset({*logging.makeLogRecord({}).__dict__, "message", "asctime", "color_message"})
MAX_FRAMES = 8


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object.

    Of libraries' messages it logs only the first line of the template, and of exceptions only class and place: texts
    and values may contain personal data, a token or a password.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, with the fields of `extra` for our own loggers."""
        root = record.name.partition(".")[0]
        message = record.getMessage() if root in FORMATTED_ROOTS else str(record.msg)
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message.partition("\n")[0][:500],
        }
        if root == OUR_ROOT:
            line |= {name: value for name, value in record.__dict__.items() if name not in STANDARD_FIELDS}
        if record.exc_info and record.exc_info[1]:
            line["errors"] = list(_errors(record.exc_info[1]))
        return orjson.dumps(line, default=lambda value: type(value).__name__).decode()


def _errors(error: BaseException | None) -> Iterator[dict[str, Any]]:
    """An exception and its causes, outermost first."""
    for _ in range(MAX_FRAMES):
        if error is None:
            return
        yield {"kind": type(error).__name__, "at": _places(error.__traceback__)}
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _places(traceback: TracebackType | None) -> list[str]:
    frames = extract_tb(traceback)[-MAX_FRAMES:]
    return [f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}" for frame in frames]


def write_logs(level: str, *, to: TextIO = sys.stderr) -> None:
    """Configure all loggers of the process: ours and uvicorn's from `level`, others from WARNING."""
    # Records do not look up what the lines do not have.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"lines": {"()": JsonFormatter}},
            "handlers": {"stream": {"class": "logging.StreamHandler", "stream": to, "formatter": "lines"}},
            "root": {"handlers": ["stream"], "level": "WARNING"},
            "loggers": {
                OUR_ROOT: {"level": level},
                "uvicorn": {"level": level},
                # It logs every error that a client receives. The resolvers log the unexpected ones.
                "strawberry.execution": {"level": "CRITICAL"},
            },
        }
    )
