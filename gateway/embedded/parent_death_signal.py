"""A script that becomes another command, which the kernel signals when its parent ends (Linux: PR_SET_PDEATHSIG).

Usage: parent_death_signal.py SIGNAL PARENT_PID COMMAND…

A gateway that is killed therefore leaves no server behind. On Linux the signal comes when the *thread* that started
this process ends. A script, because `preexec_fn` would run Python between fork and exec of a process with threads.
"""

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def set_parent_death_signal(stop_signal: int, parent: int) -> None:
    """Ask the kernel for the signal; exit at once if the parent has ended already."""
    # A shell that starts the gateway in the background ignores SIGINT, and a server would inherit that.
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_DFL)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, stop_signal)
    if os.getppid() != parent:  # it ended before the call above
        sys.exit(1)


if __name__ == "__main__":
    set_parent_death_signal(int(sys.argv[1]), int(sys.argv[2]))
    try:
        os.execv(sys.argv[3], sys.argv[3:])  # noqa: S606 - no shell is the point
    except OSError as error:
        sys.exit(f"cannot run {sys.argv[3]}: {error.strerror}")
