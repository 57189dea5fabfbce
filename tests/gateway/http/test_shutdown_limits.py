"""A process ends soon after the grace, whatever its tasks do. Its exit code is 1 then, and its log has their places."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx2
import pytest

from tests.e2e.command import PLAIN, TOP
from tests.gateway.http.stubborn_server import SECRET

LATEST = 10


class Server:
    def __init__(self, process: "subprocess.Popen[str]", log: Path, url: str) -> None:
        self._process = process
        self._log = log
        self._url = url
        self.answers: dict[str, str] = {}

    @property
    def log(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self._log.read_text().splitlines()]

    def request(self, path: str) -> Thread:
        """Send a request, and wait until it runs."""
        running = self._count()

        def ask() -> None:
            try:
                self.answers[path] = httpx2.get(self._url + path, timeout=30).text
            except httpx2.HTTPError as error:
                self.answers[path] = type(error).__name__

        thread = Thread(target=ask)
        thread.start()
        while self._count() == running:
            time.sleep(0.01)
        return thread

    def stop(self, *signals: signal.Signals) -> int:
        """Send signals and wait; return the exit code."""
        for each in signals:
            self._process.send_signal(each)
        return self._process.wait(LATEST)

    def _count(self) -> int:
        return self._log.read_text().count("it runs")


@contextmanager
def stubborn_server(log: Path, *, grace: float, closing: float = 1) -> Iterator[Server]:
    command = [sys.executable, "-m", "tests.gateway.http.stubborn_server", str(grace), str(closing)]
    with (
        log.open("w") as stderr,
        subprocess.Popen(command, cwd=TOP, env=PLAIN, stdout=subprocess.PIPE, stderr=stderr, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix("ready ").strip()
            assert url, log.read_text()
            yield Server(process, log, url)
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("path", "place"),
    [("/swallow", "swallow"), ("/compute", "compute"), ("/keep-open", "lifespan")],
)
def test_a_process_that_does_not_stop_is_ended_and_its_log_says_where(path: str, place: str, tmp_path: Path) -> None:
    with stubborn_server(tmp_path / "log", grace=0.2) as server:
        request = server.request(path)
        started = time.monotonic()
        assert server.stop(signal.SIGTERM) == 1
        assert time.monotonic() - started < LATEST
        request.join()
        errors = [line for line in server.log if line["level"] == "ERROR"]
        assert any(f" {place}" in str(line.get("at")) and "stubborn_server.py:" in str(line["at"]) for line in errors)
        assert SECRET not in (tmp_path / "log").read_text()


def test_a_request_that_ends_within_the_grace_is_answered(tmp_path: Path) -> None:
    with stubborn_server(tmp_path / "log", grace=30) as server:
        request = server.request("/slow")
        assert server.stop(signal.SIGTERM) == 0
        request.join()
        assert server.answers == {"/slow": "answered"}
        assert not [line for line in server.log if line["level"] == "ERROR"]


def test_requests_that_keep_the_event_loop_busy_are_cut_off(tmp_path: Path) -> None:
    with stubborn_server(tmp_path / "log", grace=0.2, closing=30) as server:
        requests = [server.request("/busy") for _ in range(8)]
        started = time.monotonic()
        assert server.stop(signal.SIGTERM) == 0
        assert time.monotonic() - started < LATEST
        for request in requests:
            request.join()
        messages = [line["message"] for line in server.log if line["logger"] == "quadrangle.shutdown"]
        assert messages == ["requests were cut off by the shutdown"]


def test_a_second_signal_ends_the_process_at_once(tmp_path: Path) -> None:
    with stubborn_server(tmp_path / "log", grace=3_000) as server:
        request = server.request("/swallow")
        assert server.stop(signal.SIGTERM, signal.SIGINT) == 1
        request.join()
        assert any("swallow" in str(line.get("at")) for line in server.log)
