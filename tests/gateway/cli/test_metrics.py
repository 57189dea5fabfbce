"""The metrics' listener of the commands that have one."""

import json
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import httpx2
import pytest

from tests.e2e.command import RunningCommand, quadrangle, running
from tests.gateway.cli.environment import MEMORY, SECRET

ANY_PORT = {"GATEWAY_METRICS_LISTEN": "127.0.0.1:0"}
RELAYS = "quadrangle_relay_partitions 64.0"
SERVED = "metrics are served"
OPERATIONS = "quadrangle_operations_running 0.0"


def until(holds: Callable[[], bool], command: RunningCommand) -> None:
    deadline = monotonic() + 30
    while not holds():
        assert monotonic() < deadline, command.log
        sleep(0.05)


def listener_of(command: RunningCommand) -> str:
    """The address that the log names."""
    until(lambda: SERVED in command.log, command)
    [line] = [line for line in command.log.splitlines() if SERVED in line]
    return f"http://{json.loads(line)['address']}"


@pytest.mark.parametrize(
    ("command", "more", "has", "has_not"),
    [
        (("serve", "--port", 0), {}, (RELAYS, OPERATIONS), ()),
        (("serve", "--port", 0), {"GATEWAY_RELAY": "external"}, (OPERATIONS,), (RELAYS,)),
        (("relay",), {}, (RELAYS,), (OPERATIONS,)),
    ],
)
def test_a_command_has_a_listener_with_its_metrics_and_health(
    command: tuple[object, ...], more: dict[str, str], has: tuple[str, ...], has_not: tuple[str, ...], tmp_path: Path
) -> None:
    with running(*command, log=tmp_path / "log", **MEMORY, **SECRET, **ANY_PORT, **more) as process:
        with httpx2.Client(base_url=listener_of(process), trust_env=False) as client:
            assert client.get("/livez").json() == {"live": True}
            assert client.get("/readyz").json()["ready"] is True
            until(lambda: has[0] in client.get("/metrics").text, process)
            text = client.get("/metrics").text
            assert [each for each in (*has, 'quadrangle_store_up{store="live"} 1.0') if each not in text] == []
            assert [each for each in has_not if each in text] == []
        assert process.end(signal.SIGTERM) == 0


def test_a_port_that_is_taken_keeps_a_command_from_starting_if_a_setting_names_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = quadrangle("serve", "--port", 0, **MEMORY, **SECRET, GATEWAY_METRICS_LISTEN=f"127.0.0.1:{port}")
    assert ended.returncode == 1
    assert f"GATEWAY_METRICS_LISTEN: cannot listen on 127.0.0.1 port {port}: " in ended.stderr
