"""CPU seconds, resident memory and cores of processes, from the kernel."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
ALL, ENDED_CHILDREN = slice(11, 15), slice(13, 15)
"""utime and stime, and both of children that have ended: fields 14 to 17 in proc(5)."""


def cpu_seconds(pid: int) -> float:
    """CPU seconds of a process and its children (PostgreSQL has one child for each connection)."""
    total = _ticks(pid)
    for child in children(pid):
        total += _ticks(child)
    return total / TICK


def own_cpu_seconds(pid: int) -> float:
    """CPU seconds, user and system, of all threads of one process, in ns (clock_getcpuclockid(3)). `/proc/PID/stat`
    has the same number in ticks of 10 ms."""
    return time.clock_gettime(~pid << 3 | 2)


def ended_cpu_seconds(pid: int) -> float:
    """CPU seconds of the children of a process that have ended, as parallel workers of PostgreSQL do after a query; in
    ticks of 10 ms."""
    return _ticks(pid, ENDED_CHILDREN) / TICK


def children(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def resident_kib(pid: int) -> int:
    return _status(pid, "VmRSS:")


def peak_kib(pid: int) -> int:
    """The most resident memory that a process had."""
    return _status(pid, "VmHWM:")


def pin(pid: int, cores: Iterable[int]) -> None:
    """Keep all threads of a process on these cores, and what they start."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def _ticks(pid: int, fields_of_stat: slice = ALL) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[fields_of_stat]))
