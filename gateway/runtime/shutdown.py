"""SIGINT and SIGTERM: the one way to stop a command, whatever it is doing."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from types import FrameType
from typing import Any

from gateway.runtime.errors import CommandError
from gateway.runtime.forced_exit import ForcedExit
from stores.cancellation import cancel

SIGNALS = (signal.SIGINT, signal.SIGTERM)
INTERRUPTED = 130
"""The exit code of a command that a signal ended before its work was done (128 + SIGINT, as shells have it)."""


ENDING = timedelta(seconds=5)
"""How long tasks and threads that are left at the end of a command may take to end."""


class Shutdown:
    """A request to stop. By default it cancels the command; `handled_by` replaces that for a while.

    `requested_at`: when it was requested first, a value of `monotonic`.
    """

    def __init__(self, cancel: Callable[[], object], forced_exit: ForcedExit | None = None) -> None:
        self.requested_at: float | None = None
        self._act = cancel
        self._forced_exit = forced_exit
        self._limit: timedelta | None = None

    @property
    def requested(self) -> bool:
        """Whether the command was asked to stop."""
        return self.requested_at is not None

    def begin(self) -> None:
        """Note the first request. A signal does this at once, also while a task keeps the event loop from turning."""
        if self.requested_at is None:
            self.requested_at = monotonic()
            self._limit_exit()

    def request(self) -> None:
        """Ask the command to stop. A signal does this; it may be repeated."""
        self.begin()
        self._act()

    @contextmanager
    def handled_by(self, act: Callable[[], object], *, within: timedelta | None = None) -> Iterator[None]:
        """Within the block a request calls `act` and cancels nothing. If the block does not end `within` this time
        after the first request, the process does."""
        before, self._act, self._limit = self._act, act, within
        if self.requested:
            self._limit_exit()
        try:
            yield
        finally:
            self._act, self._limit = before, None
            if self._forced_exit is not None:
                self._forced_exit.cancel()

    def _limit_exit(self) -> None:
        if self._forced_exit is not None and self._limit is not None:
            self._forced_exit.within(self._limit)


def run(command: Callable[[Shutdown], Coroutine[Any, Any, int]], *, interrupted: str | None) -> int:
    """Run a command to its end and return its exit code.

    A signal cancels the command, which first closes everything it opened. `interrupted` is the message of the
    `CommandError` (exit code 130) that follows; None: a signal is the normal end, exit code 0.
    """
    with asyncio.Runner(loop_factory=new_loop) as runner, ForcedExit(runner.get_loop()).installed() as forced_exit:
        try:
            return runner.run(_until_shutdown(command, interrupted, forced_exit))
        finally:
            forced_exit.within(ENDING)  # the loop waits for its threads when it closes
            runner.close()


async def _until_shutdown(
    command: Callable[[Shutdown], Coroutine[Any, Any, int]], interrupted: str | None, forced_exit: ForcedExit
) -> int:
    loop = asyncio.get_running_loop()
    shutdown = Shutdown(lambda: task.cancel(), forced_exit)
    task = loop.create_task(command(shutdown))
    with _signals(loop, shutdown):
        try:
            return await task
        except asyncio.CancelledError:
            if not shutdown.requested:
                raise
        finally:
            left = asyncio.all_tasks() - {asyncio.current_task()}
            if stuck := await cancel(left, attempts=2):
                forced_exit.at_once(stuck)
    if interrupted is not None:
        raise CommandError(interrupted, exit_code=INTERRUPTED)
    return 0


@contextmanager
def _signals(loop: asyncio.AbstractEventLoop, shutdown: Shutdown) -> Iterator[None]:
    """Within the block the signals request a shutdown. The loop's own handlers would wait for its next turn."""

    def handle(number: int, frame: FrameType | None) -> None:
        shutdown.begin()
        loop.call_soon_threadsafe(shutdown.request)

    before = [(each, signal.signal(each, handle)) for each in SIGNALS]
    try:
        yield
    finally:
        for each, handler in before:
            signal.signal(each, handler)


def new_loop() -> asyncio.AbstractEventLoop:
    """A uvloop event loop where the platform has one, else asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
