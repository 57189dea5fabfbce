"""Cancel tasks so that they end, although a driver may swallow a cancellation."""

import asyncio
import logging
from collections.abc import Collection
from types import TracebackType
from typing import Any, TypeVar, cast

log = logging.getLogger("quadrangle.cancellation")
REPEAT_SECONDS = 1.0
"""Longer than the cleanup of a task takes: a repeated cancellation interrupts it."""
ATTEMPTS = 10
F = TypeVar("F", bound="asyncio.Future[Any]")


async def cancel_and_wait(tasks: "Collection[asyncio.Future[Any]]", *, repeat_seconds: float = REPEAT_SECONDS) -> None:
    """As `cancel`. Tasks that survive ten cancellations are logged and left running."""
    if survivors := await cancel(tasks, attempts=ATTEMPTS, repeat_seconds=repeat_seconds):
        log.error("tasks did not end when cancelled", extra={"tasks": len(survivors)})


async def cancel(tasks: Collection[F], *, attempts: int, repeat_seconds: float = REPEAT_SECONDS) -> Collection[F]:
    """Cancel tasks and wait until they have ended. Their results and errors stay with them. Returns those that survive
    all `attempts`.

    `asyncio.wait_for` loses a cancellation that arrives in the same turn as its result (until Python 3.12), and drivers
    use it. A task that then waits for its next event would never end, so the cancellation is repeated every
    `repeat_seconds`.
    """
    running = set(tasks)
    for _ in range(attempts):
        for task in running:
            task.cancel()
        if not running:
            break
        _, running = await asyncio.wait(running, timeout=repeat_seconds)
    return running


def cancel_requested() -> bool:
    """Whether the current task was asked to end. A loop that survives every error must check this: a driver may turn a
    cancellation into another error, or swallow it."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def drop_error(future: "asyncio.Future[Any]") -> None:
    """Take the error of a future that has ended. asyncio logs one that is not taken, and its text may be secret."""
    if not future.cancelled():
        future.exception()


class preserve_cancellation:  # it is used like a function; a generator would take three times as long
    """A block that raises `CancelledError` at its end if the task was cancelled within it, whatever a driver made of
    that. Put it around driver calls. A timeout within the block takes back its own cancellation."""

    __slots__ = ("_before", "_task")

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        self._before = self._task.cancelling() if self._task is not None else 0

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._task is not None and self._task.cancelling() > self._before:
            raise asyncio.CancelledError


class Deadline:
    """A block that is cancelled when it takes too long, and raises `TimeoutError` then, whatever a driver made of the
    cancellation. If its task is cancelled by others within it, the block raises `CancelledError`.

    It does what `asyncio.timeout` and `preserve_cancellation` do together, and takes less: every store call has one.
    `late`: the seconds by which it expired too late, because the process was busy.
    """

    __slots__ = ("_before", "_loop", "_task", "_timer", "expired", "late")

    def __init__(self, seconds: float | None) -> None:
        """`seconds` from now on; None: no deadline."""
        self._task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._before = self._task.cancelling()
        self.expired = False
        self.late = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self.restart(seconds)

    def restart(self, seconds: float | None) -> None:
        """Count from now on. It changes nothing once the deadline has expired."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None or self.expired else self._loop.call_later(seconds, self._expire)

    def _expire(self) -> None:
        if self._timer is not None:
            self.late = self._loop.time() - self._timer.when()
        self._timer = None
        self.expired = True
        self._task.cancel()

    def __enter__(self) -> "Deadline":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task.cancelling() <= self._before:
            return
        if self.expired and self._task.uncancel() <= self._before:
            raise TimeoutError from None
        if kind is not asyncio.CancelledError:
            raise asyncio.CancelledError from None
