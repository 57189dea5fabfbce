"""Commands that a signal interrupts before their work is done."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.embedded.processes import is_running
from gateway.embedded.wait_until import wait_until
from tests.e2e.command import PLAIN, TOP, running, servers_of


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "file"), [(signal.SIGINT, "state.json"), (signal.SIGTERM, "world.json")])
async def test_a_demo_interrupted_before_it_serves_exits_with_130(
    sent: signal.Signals, file: str, tmp_path: Path
) -> None:
    """While its servers start, and while it loads (the file says which)."""
    data = tmp_path / "data"

    async def begun() -> bool:
        return (data / file).exists()

    with running("demo", "--data", data, "--port", 0, "--learners", 5_000, log=tmp_path / "log") as demo:
        assert await wait_until(begun, seconds=60)
        servers = servers_of(data)
        assert demo.end(sent) == 130
        assert demo.log.splitlines()[-1] == ("quadrangle: interrupted before it served: the next start continues")
    assert "Traceback" not in demo.log
    assert not any(map(is_running, servers))


INTERRUPTED_IMPORT = """
import sys
from gateway.__main__ import main

class Interrupt:
    def find_spec(self, name, path, target=None):
        if name == "gateway.cli.command_line":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
sys.exit(main(["schema"]))
"""


def test_an_interrupt_during_the_imports_is_one_line() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_IMPORT], cwd=TOP, env=PLAIN, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "quadrangle: interrupted\n")
