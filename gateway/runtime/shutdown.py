"""SIGINT and SIGTERM: the one way in which a command is told to stop, whatever it is doing."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Shutdown:
    """What a signal does: it cancels the command, or calls what took its place `by`."""

    def __init__(self, cancel: Callable[[], object]) -> None:
        self.requested = False
        self._act = cancel

    def request(self) -> None:
        self.requested = True
        self._act()

    @contextmanager
    def handled_by(self, act: Callable[[], object]) -> Iterator[None]:
        """Meanwhile a signal does this instead."""
        before, self._act = self._act, act
        try:
            yield
        finally:
            self._act = before


def run(command: Callable[[Shutdown], Coroutine[Any, Any, int]], *, when_stopped: int) -> int:
    """Run a command to its end; the exit code. One that was told to stop has unwound all that it had opened."""
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(_stoppable(command, when_stopped))


async def _stoppable(command: Callable[[Shutdown], Coroutine[Any, Any, int]], when_stopped: int) -> int:
    loop = asyncio.get_running_loop()
    shutdown = Shutdown(lambda: task.cancel())
    task = loop.create_task(command(shutdown))
    for each in SIGNALS:
        loop.add_signal_handler(each, shutdown.request)
    try:
        return await task
    except asyncio.CancelledError:
        if shutdown.requested:
            return when_stopped
        raise


def new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # not made for every platform
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
