"""Ctrl-C during `python -m tests COMMAND`: no traceback, and what was opened is closed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.__main__ import TOP

WAITING = """
import time
from threading import Event
try:
    print("opened", flush=True)
    Event().wait()
finally:
    time.sleep(0.5)  # longer than subprocess.run waits before it kills
    print("closed", flush=True)
"""
COMMAND = """
import sys
from tests import __main__ as command
command.COMMANDS["oracle"] = (lambda extra: command.run(command.project("waiting", "waiting")), "")
sys.exit(command.main(["oracle"]))
"""


def test_a_command_closes_what_it_opened_after_ctrl_c(tmp_path: Path) -> None:
    (tmp_path / "waiting.py").write_text(WAITING)
    path = os.pathsep.join([str(TOP), str(tmp_path)])
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        while process.stdout.readline() != "opened\n":
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "closed\n", "oracle: interrupted\n")
