"""A script that runs a command with the import path of the process that starts it, and gets SIGTERM when that ends.

Usage: start_command.py PARENT_PID IMPORT_PATH COMMAND…
"""

import os
import runpy
import signal
import sys

if __name__ == "__main__":
    parent, path, *command = sys.argv[1:]
    sys.path[:] = path.split(os.pathsep)
    from gateway.embedded.parent_death_signal import set_parent_death_signal

    set_parent_death_signal(signal.SIGTERM, int(parent))
    sys.argv[1:] = command
    runpy.run_module("gateway", run_name="__main__", alter_sys=True)
