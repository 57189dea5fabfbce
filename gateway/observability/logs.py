"""Configures the loggers of a process: their levels, and one format for all of them."""

import logging
import sys
import warnings
from collections.abc import Mapping
from logging.config import dictConfig
from typing import Protocol, TextIO

from rich.console import Console

from gateway.observability.log_formats import JsonFormatter, TextFormatter
from gateway.observability.log_lines import OUR_ROOT, PROCESS_NUMBER
from gateway.observability.python_warnings import log_warning


class LogOptions(Protocol):
    """What the operator chose; the settings of the log are one."""

    @property
    def level(self) -> str | None:
        """The level of all loggers, None if the command chooses it."""

    @property
    def levels(self) -> Mapping[str, str]:
        """The levels of single loggers, and of those below them."""

    @property
    def format(self) -> str:
        """`json` or `text`."""


class ProcessNumber(logging.Filter):
    """Adds the field of the process's number."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def filter(self, record: logging.LogRecord) -> bool:
        record.__dict__[PROCESS_NUMBER] = self._number
        return True


def write_logs(
    options: LogOptions, *, default: str, to: TextIO = sys.stderr, process_number: int | None = None
) -> None:
    """Configure all loggers of the process: ours and uvicorn's from the level of the options, else from `default`;
    others from WARNING. Python's warnings are logged, too. Text is coloured on a terminal. `process_number`: of several
    processes with one log, None if it is the only one."""
    # Records do not look up what the lines do not have.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    warnings.showwarning = log_warning
    level = options.level or default
    formatter = TextFormatter(coloured=shows_colours(to)) if options.format == "text" else JsonFormatter()
    dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"lines": {"()": lambda: formatter}},
            "handlers": {
                "stream": {
                    "class": "logging.StreamHandler",
                    "stream": to,
                    "formatter": "lines",
                    "filters": [] if process_number is None else [ProcessNumber(process_number)],
                }
            },
            "root": {"handlers": ["stream"], "level": "WARNING"},
            "loggers": {
                OUR_ROOT: {"level": level},
                "uvicorn": {"level": level},
                **{name: {"level": its_level} for name, its_level in options.levels.items()},
                # It logs every error that a client receives. The resolvers log the unexpected ones.
                "strawberry.execution": {"level": "CRITICAL"},
            },
        }
    )


def shows_colours(stream: TextIO) -> bool:
    """Whether a stream is a terminal whose user wants colours (no-color.org)."""
    console = Console(file=stream)
    return console.is_terminal and not console.no_color
