"""Processes identified by pid and start time, so that a reused pid is not mistaken for its predecessor."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gateway.embedded.wait_until import wait_until

GRACE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process. `started` is its start time in the system's own format, "" if unknown or ended."""

    pid: int
    started: str


def process_of(pid: int) -> Process:
    """The process that has this pid now."""
    return Process(pid=pid, started=_start_time(pid))


def is_running(process: Process) -> bool:
    """Whether this very process still runs. A zombie does not."""
    return process.started != "" and _start_time(process.pid) == process.started


def send_signal(pid: int, sent: signal.Signals) -> None:
    """Send a signal to the main thread of a process. Harmless if the process has ended.

    A signal to the whole process may be delivered to another thread, for example one that starts for a new client. The
    main thread of a Python server would then not wake up.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "tgkill"):
        libc.tgkill(pid, pid, sent)
    else:
        with suppress(ProcessLookupError):
            os.kill(pid, sent)


async def end_processes(processes: Iterable[Process]) -> None:
    """End the processes that still run and wait for them: SIGINT, then SIGTERM, then SIGKILL, 10 s apart."""
    # SIGINT first: PostgreSQL stops at once on it, but on SIGTERM waits for its clients to leave.
    targets = list(processes)
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        for process in filter(is_running, targets):
            send_signal(process.pid, sent)

        async def gone() -> bool:
            return not any(is_running(process) for process in targets)

        if await wait_until(gone, seconds=GRACE_SECONDS):
            return


def _start_time(pid: int) -> str:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return "" if Path("/proc/self/stat").exists() else _start_time_from_ps(pid)
    except ProcessLookupError:
        return ""
    # The second field, the name in parentheses, may hold spaces and parentheses.
    state, *fields = status.rpartition(")")[2].split()
    return "" if state in "ZX" else f"{fields[18]} ticks"


def _start_time_from_ps(pid: int) -> str:
    listed = subprocess.run(["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.strip()
