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
    """A process told apart from a later one with the same pid by when it started ("" when that cannot be known)."""

    pid: int
    started: str


def process_of(pid: int) -> Process:
    return Process(pid=pid, started=_start_time(pid))


def is_running(process: Process) -> bool:
    return process.started != "" and _start_time(process.pid) == process.started


def send_signal(pid: int, sent: signal.Signals) -> None:
    """Send a signal to the main thread. Harmless when the process has gone.

    One for the whole process may be taken by a thread that is just starting (a client connects, say), and the main
    thread of a Python server sleeps on.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "tgkill"):
        libc.tgkill(pid, pid, sent)
    else:
        with suppress(ProcessLookupError):
            os.kill(pid, sent)


async def end_processes(processes: Iterable[Process]) -> None:
    """End what still runs of them and wait until all have gone; those that do not listen are killed."""
    # SIGINT first: PostgreSQL stops at once then, on SIGTERM only when its clients have left.
    asked = list(processes)
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        for process in filter(is_running, asked):
            send_signal(process.pid, sent)

        async def gone() -> bool:
            return not any(is_running(process) for process in asked)

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
    told = subprocess.run(["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.strip()
