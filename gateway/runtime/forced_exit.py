"""Ends a process that does not stop in time: a task swallows its cancellation, or computes without a pause."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType
from typing import Any

from gateway.runtime.code_places import places_of_frame, places_of_task

log = logging.getLogger("quadrangle.shutdown")
FORCED = 1
"""The exit code of a process that had to be ended."""
MOST_TASKS = 20
"""Tasks that are logged."""
REPEAT_SECONDS = 1.0
"""Between two attempts: the first could fail to write its log."""


class ForcedExit:
    """A timer that ends the process.

    It uses SIGALRM, whose handler Python runs between two bytecodes of the main thread: it needs neither a turn of the
    event loop nor a thread. `exit` ends the process at once.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, exit: Callable[[int], object] = os._exit) -> None:
        self._loop = loop
        self._exit = exit
        self._expired = False

    @contextmanager
    def installed(self) -> Iterator["ForcedExit"]:
        """Handle SIGALRM within the block."""
        before = signal.signal(signal.SIGALRM, self._expire)
        try:
            yield self
        finally:
            self.cancel()
            signal.signal(signal.SIGALRM, before)

    def within(self, limit: timedelta) -> None:
        """End the process after `limit`, unless it is cancelled before."""
        signal.setitimer(signal.ITIMER_REAL, limit.total_seconds(), REPEAT_SECONDS)

    def cancel(self) -> None:
        """Let the process live."""
        signal.setitimer(signal.ITIMER_REAL, 0)

    def at_once(self, stuck: "Iterable[asyncio.Task[Any]]") -> None:
        """Log where these tasks are, and end the process."""
        try:
            log_stuck(stuck)
        finally:
            self._exit(FORCED)

    def _expire(self, number: int, frame: FrameType | None) -> None:
        if self._expired:
            self._exit(FORCED)
        self._expired = True
        log.error("the process did not end in time", extra={"at": places_of_frame(frame)})
        self.at_once(asyncio.all_tasks(self._loop))


def log_stuck(tasks: "Iterable[asyncio.Task[Any]]") -> None:
    """Log where tasks are that did not end."""
    found = list(tasks)
    for task in found[:MOST_TASKS]:
        log.error("a task did not end", extra={"at": places_of_task(task)})
    if len(found) > MOST_TASKS:
        log.error("more tasks did not end", extra={"tasks": len(found) - MOST_TASKS})
