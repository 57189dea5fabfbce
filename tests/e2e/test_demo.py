"""`quadrangle demo` from start to end: a second start, signals and a kill."""

import signal
from pathlib import Path
from typing import Any

import pytest

from gateway.config.backends import PORTS
from gateway.embedded.processes import is_running
from tests.e2e.command import quadrangle, running, servers_of
from tests.gateway.datasets.small_oulad import write

QUESTION = """{
  course(key: "course-v1:Demo+SQL101+2026") {
    title
    enrollments(first: 3) {
      totalCount
      edges { node {
        learner { learnerId displayName timeline(first: 2) { edges { node { at verb } } } session { itemKey } }
        progress { completion itemsTotal version }
      } }
    }
  }
}"""
TRACE = {"X-Gateway-Trace": "stores"}


def progress_in(summary: list[str]) -> list[list[str]]:
    """Rows of enrolments and events: how many were given, new, known and rejected."""
    return [line.split()[2:] for line in summary if line.startswith("progress")]


def lasting(answer: Any) -> Any:
    """The answer without sessions, which depend on the time of the query."""
    for edge in answer["data"]["course"]["enrollments"]["edges"]:
        edge["node"]["learner"].pop("session", None)
    return answer["data"]


@pytest.mark.slow
def test_a_demo_starts_serves_stops_and_restarts(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    words = ("demo", "--data", data, "--port", 0)

    with running(*words, "--learners", 20, log=log) as demo:
        demo.wait_ready()
        first = demo.ask(QUESTION, TRACE)
        assert "errors" not in first
        called = {batch["store"] for batch in first["extensions"]["stores"]["batches"]}
        assert called == {"profiles", "catalog", "progress", "timeline", "sessions"}
        assert len(first["data"]["course"]["enrollments"]["edges"]) == 3
        assert "SecantusDB" in demo.log
        assert "PostgreSQL" in demo.log
        assert "Valkey" in demo.log

        token = next(line for line in demo.log.splitlines() if line.startswith("LEARNER demo-0001")).split()[-1]
        me = demo.ask("{ me { learnerId } learners { edges { cursor } } }", {"Authorization": f"Bearer {token}"})
        assert me["data"] == {"me": {"learnerId": "demo-0001"}, "learners": None}

        second = quadrangle(*words)
        assert (second.returncode, second.stdout) == (1, "")
        assert second.stderr == f"quadrangle: quadrangle demo already serves {data}: {demo.url}\n"
        joined = quadrangle("check", "--data", data)
        # The first ping connects; a store counts as degraded if that takes a quarter of a second.
        answering = joined.stdout.count("LIVE") + joined.stdout.count("DEGRADED")
        assert (joined.returncode, answering) == (0, len(PORTS)), joined.stdout + joined.stderr

        oulad = tmp_path / "oulad"
        oulad.mkdir()
        write(oulad)
        new, known = (quadrangle("import", "oulad", oulad, "--data", data).stdout.splitlines() for _ in range(2))
        assert progress_in(new) == [["4", "4", "0", "0"], ["15", "15", "0", "0"]]
        assert progress_in(known) == [["4", "0", "4", "0"], ["15", "0", "15", "0"]]

        servers = servers_of(data)
        assert all(map(is_running, servers))
        assert demo.end(signal.SIGTERM) == 0
        assert not any(map(is_running, servers))

    with running(*words, "--learners", 21, log=log) as demo:
        demo.wait_ready()
        assert "loaded" not in demo.log
        assert "kept the data of 20 learners" in demo.log
        assert lasting(demo.ask(QUESTION)) == lasting(first)
        orphans = servers_of(data)
        assert demo.end(signal.SIGKILL) == -signal.SIGKILL

    with running(*words, log=log) as demo:
        demo.wait_ready()
        assert not any(map(is_running, orphans))
        assert lasting(demo.ask(QUESTION)) == lasting(first)
        servers = servers_of(data)
        assert demo.end(signal.SIGINT) == 0
        assert not any(map(is_running, servers))
