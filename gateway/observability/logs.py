"""Logs as JSON, a record a line. Nothing of what a request or a store holds gets into them."""

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

OURS = "quadrangle"
SPEAKS_PLAINLY = (OURS, "uvicorn")
PLAIN_RECORD = frozenset({*logging.makeLogRecord({}).__dict__, "message", "asctime", "color_message"})
FRAMES = 8


class Lines(logging.Formatter):
    """What libraries say is cut to the first line of its template, and an exception to its kind and place: texts and
    values may hold a learner's data, a token or a password."""

    def format(self, record: logging.LogRecord) -> str:
        root = record.name.partition(".")[0]
        message = record.getMessage() if root in SPEAKS_PLAINLY else str(record.msg)
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message.partition("\n")[0][:500],
        }
        if root == OURS:
            line |= {name: value for name, value in record.__dict__.items() if name not in PLAIN_RECORD}
        if record.exc_info and record.exc_info[1]:
            line["errors"] = list(_errors(record.exc_info[1]))
        return orjson.dumps(line, default=lambda value: type(value).__name__).decode()


def _errors(error: BaseException | None) -> Iterator[dict[str, Any]]:
    """An exception and what it came from, outermost first."""
    for _ in range(FRAMES):
        if error is None:
            return
        yield {"kind": type(error).__name__, "at": _places(error.__traceback__)}
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _places(traceback: TracebackType | None) -> list[str]:
    frames = extract_tb(traceback)[-FRAMES:]
    return [f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}" for frame in frames]


def write_logs(level: str, *, to: TextIO = sys.stderr) -> None:
    """Every logger of the process from now on: ours and the server's from `level`, others from WARNING."""
    dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"lines": {"()": Lines}},
            "handlers": {"stream": {"class": "logging.StreamHandler", "stream": to, "formatter": "lines"}},
            "root": {"handlers": ["stream"], "level": "WARNING"},
            "loggers": {
                OURS: {"level": level},
                "uvicorn": {"level": level},
                # It logs every error that a client is told; what is unexpected among them, the resolvers log.
                "strawberry.execution": {"level": "CRITICAL"},
            },
        }
    )
