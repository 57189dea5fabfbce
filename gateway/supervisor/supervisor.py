"""Starts the processes, restarts those that end, and stops all of them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from gateway.runtime.errors import CommandError
from gateway.runtime.shutdown import INTERRUPTED, Shutdown
from gateway.supervisor.serving_process import ServingProcess
from stores.backoff import Backoff
from stores.cancellation import cancel_and_wait

log = logging.getLogger("quadrangle.supervisor")
REAPING = timedelta(seconds=2)
"""How long killed processes may take to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionPolicy:
    """`stop_within`: processes that have not stopped by then are killed. `start_within`: so are those that are not
    ready. A process that is not ready for the `starts`th time in a row ends all, at the first start the first time. The
    delay before a restart begins anew after a process has run for `settled`."""

    stop_within: timedelta
    start_within: timedelta = timedelta(seconds=60)
    starts: int = 3
    first_delay: timedelta = timedelta(seconds=0.5)
    longest_delay: timedelta = timedelta(seconds=10)
    settled: timedelta = timedelta(minutes=1)


class Supervisor:
    """Keeps `count` processes running. `start` starts the one with this number."""

    def __init__(
        self, start: Callable[[int], Awaitable[ServingProcess]], *, count: int, policy: SupervisionPolicy
    ) -> None:
        self._start = start
        self._policy = policy
        self._running: dict[int, ServingProcess] = {}
        self._was_ready = [asyncio.Event() for _ in range(count)]
        self._stopping = asyncio.Event()
        self._all_ended_well = True

    async def run(self, shutdown: Shutdown, *, on_ready: Callable[[], None]) -> int:
        """Run until a shutdown is requested; `on_ready` is called when all are ready. Returns the exit code: 1 if a
        process did not stop well. Raises `CommandError` if one does not become ready."""
        keeping: list[asyncio.Task[None]] = []
        with shutdown.handled_by(self.stop, within=self._policy.stop_within + REAPING):
            try:
                # The first alone: if the settings do not fit, its message is printed once.
                for numbers in (range(1), range(1, len(self._was_ready))):
                    keeping += [asyncio.create_task(self._keep(number)) for number in numbers]
                    await self._until_ready(keeping)
                    if any(task.done() for task in keeping):
                        break
                else:
                    on_ready()
                await asyncio.wait(keeping, return_when=asyncio.FIRST_EXCEPTION)
                if not self._stopping.is_set():  # one gave up
                    self.stop()
                    await asyncio.wait(keeping)
            finally:
                self._kill()
                await cancel_and_wait(keeping)
        for task in keeping:
            task.result()
        if not all(event.is_set() for event in self._was_ready):
            raise CommandError("interrupted before it was ready", exit_code=INTERRUPTED)
        return 0 if self._all_ended_well else 1

    def stop(self) -> None:
        """Stop all processes; a second call stops them at once."""
        if not self._stopping.is_set():
            self._stopping.set()
            asyncio.get_running_loop().call_later(self._policy.stop_within.total_seconds(), self._kill)
        for process in self._running.values():
            process.stop()

    def _kill(self) -> None:
        for number, process in self._running.items():
            log.error("a process did not stop and is killed", extra={"process_number": number, "pid": process.pid})
            process.kill()

    async def _until_ready(self, keeping: "Sequence[asyncio.Task[None]]") -> None:
        """Wait until all that are kept have been ready, or until one is no longer kept."""

        async def all_ready() -> None:
            for event in self._was_ready[: len(keeping)]:
                await event.wait()

        waiting = asyncio.create_task(all_ready())
        await asyncio.wait([waiting, *keeping], return_when=asyncio.FIRST_COMPLETED)
        await cancel_and_wait([waiting])

    async def _keep(self, number: int) -> None:
        """Start a process again and again until the shutdown. Raises `CommandError`."""
        policy, now = self._policy, asyncio.get_running_loop().time
        backoff = Backoff(first=policy.first_delay, longest=policy.longest_delay)
        failed = 0
        while not self._stopping.is_set():
            started = now()
            became_ready, how = await self._run_once(number)
            if self._stopping.is_set():
                return
            failed = 0 if became_ready else failed + 1
            if failed == policy.starts or not self._was_ready[number].is_set():
                raise CommandError(f"process {number} ended {_times(failed)} before it was ready: {how}")
            if now() - started >= policy.settled.total_seconds():
                backoff.reset()
            delay = backoff.next_delay().total_seconds()
            log.warning(
                "a process is restarted", extra={"process_number": number, "ended": how, "in_seconds": round(delay, 1)}
            )
            await self._pause(delay)

    async def _run_once(self, number: int) -> tuple[bool, str]:
        """Run a process to its end. Returns whether it became ready, and how it ended."""
        try:
            process = await self._start(number)
        except OSError as error:
            return False, f"it cannot be started: {error.strerror}"
        self._running[number] = process
        fields = {"process_number": number, "pid": process.pid}
        try:
            if self._stopping.is_set():  # meanwhile
                process.stop()
            if became_ready := await process.ready(self._policy.start_within):
                log.info("a process is ready", extra=fields)
                self._was_ready[number].set()
            how = await process.ended()
        finally:
            del self._running[number]
        if self._stopping.is_set() and became_ready and process.exit_code != 0:
            log.error("a process did not stop well", extra=fields | {"ended": how})
            self._all_ended_well = False
        return became_ready, how

    async def _pause(self, seconds: float) -> None:
        """Wait, but not beyond the beginning of the shutdown."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times in a row"
