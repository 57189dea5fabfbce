"""SIGINT and SIGTERM: the one way to stop a command, whatever it is doing."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from gateway.runtime.errors import CommandError

SIGNALS = (signal.SIGINT, signal.SIGTERM)
INTERRUPTED = 130
"""The exit code of a command that a signal ended before its work was done (128 + SIGINT, as shells have it)."""


class Shutdown:
    """A request to stop. By default it cancels the command; `handled_by` replaces that for a while."""

    def __init__(self, cancel: Callable[[], object]) -> None:
        self.requested = False
        self._act = cancel

    def request(self) -> None:
        """Ask the command to stop. A signal does this; it may be repeated."""
        self.requested = True
        self._act()

    @contextmanager
    def handled_by(self, act: Callable[[], object]) -> Iterator[None]:
        """Within the block a request calls `act` and cancels nothing."""
        before, self._act = self._act, act
        try:
            yield
        finally:
            self._act = before


def run(command: Callable[[Shutdown], Coroutine[Any, Any, int]], *, interrupted: str | None) -> int:
    """Run a command to its end and return its exit code.

    A signal cancels the command, which first closes everything it opened. `interrupted` is the message of the
    `CommandError` (exit code 130) that follows; None: a signal is the normal end, exit code 0.
    """
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(_until_shutdown(command, interrupted))


async def _until_shutdown(command: Callable[[Shutdown], Coroutine[Any, Any, int]], interrupted: str | None) -> int:
    loop = asyncio.get_running_loop()
    shutdown = Shutdown(lambda: task.cancel())
    task = loop.create_task(command(shutdown))
    for each in SIGNALS:
        loop.add_signal_handler(each, shutdown.request)
    try:
        return await task
    except asyncio.CancelledError:
        if not shutdown.requested:
            raise
    if interrupted is not None:
        raise CommandError(interrupted, exit_code=INTERRUPTED)
    return 0


def new_loop() -> asyncio.AbstractEventLoop:
    """A uvloop event loop where the platform has one, else asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
