"""`quadrangle watch` prints the writes of the demo's learners and of a mutation."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.profiles import learner_id
from tests.e2e.command import COMMAND, PLAIN, TOP, RunningCommand, running

MINE = """{ me: learners(filter: {ids: ["%s"]}) { edges { node { displayName enrollments(first: 20) { edges { node {
  registration course { key } } } } } } } }"""
ATTEMPT = """mutation { submitAttempt(input: {registration: "%s", itemKey: "report", score: 0.93, success: true}) {
  item { state } errors { code message } } }"""
LEARNER_ID = "TGVhcm5lcjpkZW1vLTAwMDE="  # base64 of Learner:demo-0001
pytestmark = pytest.mark.slow


@contextmanager
def watching(data: Path, log: Path) -> Iterator["subprocess.Popen[str]"]:
    words = [*COMMAND, "watch", "--course", SQL101, "--data", str(data)]
    with (
        log.open("w") as stderr,
        subprocess.Popen(words, cwd=TOP, env=PLAIN, stdout=subprocess.PIPE, stderr=stderr, text=True) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def registration_of_the_first(demo: RunningCommand) -> tuple[str, str]:
    [edge] = demo.ask(MINE % LEARNER_ID)["data"]["me"]["edges"]
    enrollments = edge["node"]["enrollments"]["edges"]
    [mine] = [each["node"] for each in enrollments if each["node"]["course"]["key"] == SQL101]
    return edge["node"]["displayName"], mine["registration"]


def test_watch_prints_the_writes_of_learners_and_mutations(tmp_path: Path) -> None:
    assert learner_id(1) == "demo-0001"
    data = tmp_path / "data"
    words = ("demo", "--live", "--data", data, "--port", 0, "--learners", 20)
    with running(*words, log=tmp_path / "log") as demo:
        demo.wait_ready()
        name, registration = registration_of_the_first(demo)
        with watching(data, tmp_path / "watched") as watch:
            assert watch.stdout is not None
            assert watch.stdout.readline(), "the demo's learners study, so there must be updates"
            answer = demo.ask(ATTEMPT % registration)
            assert answer["data"]["submitAttempt"] == {"item": {"state": "PASSED"}, "errors": []}
            lines = iter(watch.stdout.readline, "")
            assert next(line for line in lines if name in line and "report PASSED" in line)
            watch.terminate()
            assert watch.wait(timeout=20) == 0
        health = demo.ask("{ storeHealth { store backlog lagSeconds } }")["data"]["storeHealth"]
        assert {row["store"] for row in health if row["backlog"] is not None} == {"timeline", "live"}
