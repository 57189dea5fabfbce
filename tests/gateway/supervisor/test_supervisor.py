"""The supervisor starts its processes, restarts those that end, and stops all. The processes are small scripts."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import cast

import pytest

from gateway.embedded.processes import Process, is_running, process_of
from gateway.runtime.errors import CommandError
from gateway.runtime.shutdown import INTERRUPTED, Shutdown
from gateway.supervisor.serving_process import ServingProcess
from gateway.supervisor.supervisor import SupervisionPolicy, Supervisor
from tests.gateway.log_stream import captured_logs

SERVES = "print('ready here', flush=True); import signal; signal.sigwait([signal.SIGTERM])"
FAILS = "import sys; sys.exit(3)"
NEVER_READY = "import signal; signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready here', flush=True); signal.pause()"
STOPS_BADLY = SERVES + "; import sys; sys.exit(1)"
BLOCKED = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM]); "
POLICY = SupervisionPolicy(
    stop_within=timedelta(seconds=30),
    first_delay=timedelta(milliseconds=10),
    longest_delay=timedelta(milliseconds=20),
)


class Reporting(ServingProcess):
    """Reports when it is ready."""

    def __init__(self, process: asyncio.subprocess.Process, on_ready: Callable[[], None]) -> None:
        super().__init__(process, cast("asyncio.StreamReader", process.stdout))
        self._on_ready = on_ready

    async def ready(self, within: timedelta) -> bool:
        if is_ready := await super().ready(within):
            self._on_ready()
        return is_ready


class Supervised:
    """A supervisor that runs these scripts: by process, one for each start, the last one repeated."""

    def __init__(self, *scripts: Sequence[str], policy: SupervisionPolicy = POLICY) -> None:
        self.shutdown = Shutdown(lambda: None)
        self.started: list[tuple[int, Process]] = []
        self.ready = asyncio.Event()
        self.all_started = asyncio.Event()
        self.restarted = asyncio.Event()
        self._scripts = scripts
        self._supervisor = Supervisor(self._start, count=len(scripts), policy=policy)

    async def _start(self, number: int) -> ServingProcess:
        scripts = self._scripts[number]
        script = scripts[min(len(self.of(number)), len(scripts) - 1)]
        process = await asyncio.create_subprocess_exec(sys.executable, "-S", "-c", BLOCKED + script, stdout=PIPE)
        self.started.append((number, process_of(process.pid)))
        if len(self.started) == len(self._scripts):
            self.all_started.set()
        return Reporting(process, self.restarted.set)

    def of(self, number: int) -> list[Process]:
        return [process for each, process in self.started if each == number]

    async def run(self) -> int:
        try:
            return await self._supervisor.run(self.shutdown, on_ready=self.ready.set)
        finally:
            assert not any(is_running(process) for _, process in self.started)

    async def serving(self) -> "asyncio.Task[int]":
        """Run it until all processes are ready."""
        task = asyncio.create_task(self.run())
        await self.ready.wait()
        return task


async def test_processes_run_until_the_shutdown() -> None:
    supervised = Supervised([SERVES], [SERVES], [SERVES])
    task = await supervised.serving()
    assert sorted(number for number, _ in supervised.started) == [0, 1, 2]
    assert all(is_running(process) for _, process in supervised.started)
    supervised.shutdown.request()
    assert await task == 0


async def test_a_process_that_ends_is_restarted_and_the_others_stay() -> None:
    supervised = Supervised([SERVES], [SERVES])
    task = await supervised.serving()
    for _ in range(4):  # more often than it may fail to start
        supervised.restarted.clear()
        os.kill(supervised.of(1)[-1].pid, signal.SIGKILL)
        await supervised.restarted.wait()
    assert (len(supervised.of(0)), len(supervised.of(1))) == (1, 5)
    assert is_running(supervised.of(0)[0])
    supervised.shutdown.request()
    assert await task == 0


async def test_a_first_process_that_does_not_start_ends_all_at_once() -> None:
    supervised = Supervised([FAILS], [SERVES])
    with pytest.raises(CommandError, match=r"^process 0 ended once before it was ready: exit code 3$"):
        await supervised.run()
    assert len(supervised.started) == 1
    assert not supervised.ready.is_set()


async def test_a_process_that_does_not_start_again_ends_all() -> None:
    supervised = Supervised([SERVES], [SERVES, FAILS])
    task = await supervised.serving()
    os.kill(supervised.of(1)[0].pid, signal.SIGKILL)
    with pytest.raises(CommandError, match=r"^process 1 ended 3 times in a row before it was ready: exit code 3$"):
        await task
    assert (len(supervised.of(0)), len(supervised.of(1))) == (1, 4)


async def test_a_process_that_was_ready_in_between_may_fail_again() -> None:
    supervised = Supervised([SERVES], [SERVES, FAILS, FAILS, SERVES, FAILS, FAILS, SERVES])
    task = await supervised.serving()
    for _ in range(2):
        supervised.restarted.clear()
        os.kill(supervised.of(1)[-1].pid, signal.SIGKILL)
        await supervised.restarted.wait()
    assert len(supervised.of(1)) == 7
    supervised.shutdown.request()
    assert await task == 0


@pytest.mark.parametrize(("settled", "third"), [(60.0, (0.4, 0.8)), (0.0, (0.1, 0.2))])
async def test_the_delay_before_a_restart_grows_until_a_process_has_run_for_long(
    settled: float, third: tuple[float, float]
) -> None:
    policy = SupervisionPolicy(
        stop_within=timedelta(seconds=30),
        first_delay=timedelta(seconds=0.2),
        longest_delay=timedelta(seconds=0.8),
        settled=timedelta(seconds=settled),
    )
    supervised = Supervised([SERVES], policy=policy)
    with captured_logs() as logs:
        task = await supervised.serving()
        for _ in range(3):
            supervised.restarted.clear()
            os.kill(supervised.of(0)[-1].pid, signal.SIGKILL)
            await supervised.restarted.wait()
        supervised.shutdown.request()
        assert await task == 0
    lines = logs.records("quadrangle.supervisor")
    delays = [line["in_seconds"] for line in lines if line["message"] == "a process is restarted"]
    assert len(delays) == 3
    assert third[0] <= delays[-1] <= third[1]


async def test_a_process_that_is_started_while_all_stop_is_stopped_too() -> None:
    shutdown, started = Shutdown(lambda: None), list[ServingProcess]()

    async def start(number: int) -> ServingProcess:
        process = await asyncio.create_subprocess_exec(sys.executable, "-S", "-c", NEVER_READY, stdout=PIPE)
        started.append(ServingProcess(process, cast("asyncio.StreamReader", process.stdout)))
        shutdown.request()
        return started[0]

    supervisor = Supervisor(start, count=1, policy=SupervisionPolicy(stop_within=timedelta(seconds=10)))
    with pytest.raises(CommandError, match="interrupted"):
        await supervisor.run(shutdown, on_ready=lambda: None)
    assert [process.exit_code for process in started] == [-signal.SIGTERM]


async def test_a_process_that_cannot_be_started_ends_all() -> None:
    async def start(number: int) -> ServingProcess:
        raise OSError(12, "Cannot allocate memory")

    supervisor = Supervisor(start, count=2, policy=POLICY)
    with pytest.raises(CommandError, match="it cannot be started: Cannot allocate memory"):
        await supervisor.run(Shutdown(lambda: None), on_ready=lambda: None)


async def test_a_process_that_does_not_become_ready_is_killed() -> None:
    policy = SupervisionPolicy(stop_within=timedelta(seconds=30), start_within=timedelta(milliseconds=100))
    with pytest.raises(CommandError, match="killed by SIGKILL"):
        await Supervised([NEVER_READY], policy=policy).run()


async def test_a_process_that_does_not_stop_is_killed() -> None:
    supervised = Supervised([SERVES], [DEAF], policy=SupervisionPolicy(stop_within=timedelta(milliseconds=200)))
    task = await supervised.serving()
    supervised.shutdown.request()
    assert await task == 1


async def test_a_process_that_stops_badly_is_reported() -> None:
    supervised = Supervised([SERVES], [STOPS_BADLY])
    task = await supervised.serving()
    supervised.shutdown.request()
    assert await task == 1


async def test_a_shutdown_before_all_are_ready_is_an_interruption() -> None:
    supervised = Supervised([SERVES], [NEVER_READY], policy=SupervisionPolicy(stop_within=timedelta(milliseconds=200)))
    task = asyncio.create_task(supervised.run())
    await supervised.all_started.wait()
    supervised.shutdown.request()
    with pytest.raises(CommandError) as error:
        await task
    assert error.value.exit_code == INTERRUPTED
    assert not supervised.ready.is_set()
