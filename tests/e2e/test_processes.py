"""`quadrangle serve --processes`: a process is killed, all are stopped under load, and the supervisor is killed."""

import json
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import httpx2
import pytest

from gateway.embedded.folder import DataFolder
from gateway.embedded.loopback import is_free
from gateway.embedded.processes import Process, is_running, process_of
from tests.e2e.command import RunningCommand, quadrangle, running, servers_of
from tests.e2e.connections import children_of, holder_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists processes and connections in /proc"),
]
CLIENTS = 12
LABEL = re.compile('process="[^"]*"')
QUESTION = json.dumps({"query": "{ courses(first: 1) { edges { cursor } } storeHealth { state } }"}).encode()


def until(holds: Callable[[], bool], served: RunningCommand) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, served.log
        time.sleep(0.02)


def processes_of(served: RunningCommand) -> list[int]:
    """The pids of the processes that serve. The servers of the folder are children, too."""
    return [pid for pid in children_of(served.pid) if "--supervised" in Path(f"/proc/{pid}/cmdline").read_text()]


def process_numbers(served: RunningCommand) -> set[int]:
    """The numbers in the lines of requests."""
    lines = [json.loads(line) for line in served.log.splitlines() if "quadrangle.http" in line]
    return {line["process_number"] for line in lines}


def messages(served: RunningCommand, logger: str) -> list[str]:
    lines = [json.loads(line) for line in served.log.splitlines() if line.startswith("{")]
    return [line["message"] for line in lines if line["logger"] == logger]


class Client:
    """Sends one request after another on one connection until it is stopped. If the connection is lost, it reconnects
    for one request."""

    def __init__(self, url: str, token: str) -> None:
        self._parts = urlsplit(url)
        self._headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
        self.lost = False
        self.answers = 0
        self.stopped = False
        self.connection = self._connect()
        self.thread = Thread(target=self._run, daemon=True)

    def ask(self, connection: HTTPConnection) -> None:
        connection.request("POST", self._parts.path, QUESTION, self._headers)
        answer = json.load(connection.getresponse())
        assert answer["data"]["courses"] == {"edges": []}, answer
        self.answers += 1

    def _connect(self) -> HTTPConnection:
        connection = HTTPConnection(str(self._parts.hostname), self._parts.port, timeout=30)
        try:
            self.ask(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _run(self) -> None:
        try:
            while not self.stopped:
                self.ask(self.connection)
        except (OSError, HTTPException):
            self.lost = True
            self._reconnect()

    def _reconnect(self) -> None:
        """A process that is killed may still take a connection while the system closes its sockets."""
        while True:
            try:
                self._connect().close()
            except (OSError, HTTPException):
                continue
            return

    def end(self) -> None:
        """Stop, and close the connection."""
        self.stopped = True
        if self.thread.is_alive():
            self.thread.join()
        self.connection.close()


def serves(pid: int, other: int, served: RunningCommand, token: str) -> bool:
    """Whether a new connection is one of this process; otherwise it is one of the other's."""
    client = Client(served.url, token)
    holder = holder_of(client.connection.sock, [pid, other])
    client.end()
    return holder == pid


class HalfSent:
    """A request whose head has been received: the server waits for its body."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=30)
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(QUESTION)}\r\nExpect: 100-continue\r\n\r\n"
        )
        self._socket.sendall(head.encode())
        assert self._socket.recv(100).startswith(b"HTTP/1.1 100 ")

    def finish(self) -> bytes:
        """Send the body; the response."""
        self._socket.sendall(QUESTION)
        received = b""
        while part := self._socket.recv(65_536):
            received += part
        self._socket.close()
        return received


def two_free_ports() -> int:
    """The first of two neighbouring ports that are free."""
    start = 10_000 + os.getpid() * 2 % 9_000  # below the ports of embedded servers and of clients
    return next(port for port in range(start, 20_000, 2) if is_free(port) and is_free(port + 1))


def labels(port: int) -> set[str]:
    """The labels `process` of all samples of a listener."""
    lines = httpx2.get(f"http://127.0.0.1:{port}/metrics").text.splitlines()
    return {found[0] if (found := LABEL.search(line)) else line for line in lines if not line.startswith("#")}


def refused(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port)).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:
        pass
    return False


def test_a_killed_process_costs_its_own_connections_and_a_stop_finishes_requests(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    words = ("serve", "--data", folder.path, "--port", 0, "--processes", 2)
    port = two_free_ports()
    with running(*words, log=tmp_path / "log", GATEWAY_METRICS_LISTEN=f"127.0.0.1:{port}") as served:
        served.wait_ready()
        assert {number: labels(port + number) for number in (0, 1)} == {0: {'process="0"'}, 1: {'process="1"'}}
        assert folder.endpoint() == served.url
        token = quadrangle("token", "--data", folder.path, "--sub", "x", "--role", "ADMIN").stdout.strip()
        killed, other = processes_of(served)
        clients = [Client(served.url, token) for _ in range(CLIENTS)]
        holders = [holder_of(client.connection.sock, [killed, other]) for client in clients]
        assert set(holders) == {killed, other}
        for client in clients:
            client.thread.start()
        until(lambda: all(client.answers > 1 for client in clients), served)
        assert process_numbers(served) == {0, 1}

        os.kill(killed, signal.SIGKILL)
        until(lambda: messages(served, "quadrangle.supervisor").count("a process is ready") == 3, served)
        [new] = {*processes_of(served)} - {killed, other}
        until(lambda: serves(new, other, served, token), served)
        for client in clients:
            client.end()
        assert [client.lost for client in clients] == [holder == killed for holder in holders]
        assert all(client.answers > 1 for client in clients)

        left = [process_of(pid) for pid in (new, other)] + servers_of(folder.path)
        requests = [HalfSent(served.url, token) for _ in range(CLIENTS)]
        os.kill(served.pid, signal.SIGTERM)
        until(lambda: refused(served.url), served)
        assert all(response.startswith(b"HTTP/1.1 200 ") for response in map(HalfSent.finish, requests))
        assert served.wait() == 0
        assert not any(map(is_running, left))
        assert messages(served, "quadrangle.shutdown") == []
        assert "Traceback" not in served.log


def test_the_processes_end_with_their_supervisor(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with running("serve", "--data", folder.path, "--port", 0, "--processes", 2, log=tmp_path / "log") as served:
        served.wait_ready()
        left: list[Process] = [*map(process_of, processes_of(served)), *servers_of(folder.path)]
        assert len(left) >= 5
        os.kill(served.pid, signal.SIGKILL)
        until(lambda: not any(map(is_running, left)), served)
