"""Run as a script in the child: `leash.py <signal> <parent's pid> <command…>` becomes the command, on a leash.

The kernel then sends the signal when the thread that started this process ends, so that a killed gateway leaves no
server behind. A script of its own, not `preexec_fn`, which runs Python between fork and exec of a process with threads.
"""

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def set_parent_death_signal(stop_signal: int, parent: int) -> None:
    # A shell that starts the gateway in its background has SIGINT ignored, and a server would inherit that.
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_DFL)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, stop_signal)
    if os.getppid() != parent:  # killed before the leash was on
        sys.exit(1)


if __name__ == "__main__":
    set_parent_death_signal(int(sys.argv[1]), int(sys.argv[2]))
    try:
        os.execv(sys.argv[3], sys.argv[3:])  # noqa: S606 - no shell is the point
    except OSError as error:
        sys.exit(f"cannot run {sys.argv[3]}: {error.strerror}")
