"""The runbooks of docs/operations.md are complete, and their steps succeed around the outage of each server."""

import asyncio
import re
from base64 import b64encode
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from gateway.config.backends import PORTS
from gateway.embedded.loopback import HOST
from gateway.runtime.clock import utc_now
from resolvers.types.scalars import show_time
from tests.e2e.command import TOP
from tests.e2e.deployment import Command, learner, open_deployment, registration
from tests.e2e.load import RECORD, delivered
from tests.runbooks import TITLES, execute_away, execute_back, runbook_of, section_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize("role", TITLES)
def test_each_server_has_a_runbook(role: str) -> None:
    runbook = runbook_of(role)
    assert "quadrangle check" in runbook.away
    assert runbook.back[-1] == "quadrangle check"


def test_each_alert_of_a_store_leads_to_its_runbook() -> None:
    text = section_of("## Runbooks\n")
    rows = re.findall(r"^\| (`.+`) \| \[(.+)\]\(#(.+)\) \|$", text, re.MULTILINE)
    assert [title for _, title, _ in rows] == list(TITLES.values())
    assert [anchor for *_, anchor in rows] == [title.lower().replace(" ", "-") for title in TITLES.values()]
    assert sorted(port for ports, *_ in rows for port in re.findall(r"`(\w+)`", ports)) == sorted(PORTS)
    alerts = re.findall(r"alert: (\w+)", (TOP / "docs/deploy/prometheus/alerts.yml").read_text(encoding="utf-8"))
    named = re.findall(r"`(Quadrangle\w+)`", text)
    assert named
    assert set(named) <= set(alerts)


PAGE = """query ($learner: ID!, $registration: UUID!) {
  learner(id: $learner) { displayName presence { status } timeline(first: 1) { edges { node { id } } } }
  enrollment(registration: $registration) { resume { itemKey } }
}"""
NULL = {
    "mongo": set[str](),
    "sql": {"resume", "write"},
    "influx": {"timeline"},
    "redis": {"presence"},
}
"""By server: the fields that its runbook says are null. The gateway has recent values of learner and enrolment."""


async def answered(url: str, authorization: str) -> set[str]:
    """The names of the fields of `PAGE` that are null."""
    learner_id = b64encode(f"Learner:{learner(0)}".encode()).decode()
    variables = {"learner": learner_id, "registration": str(registration(0))}
    async with httpx2.AsyncClient(headers={"Authorization": authorization}, timeout=60, verify=False) as client:
        response = await client.post(url, json={"query": PAGE, "variables": variables})
        written = await client.post(url, json={"query": RECORD, "variables": {"events": [event_of(registration(0))]}})
    data = response.json()["data"]
    found = {**(data["learner"] or {"learner": None}), "enrollment": data["enrollment"]}
    found["resume"] = (data["enrollment"] or {"resume": ""})["resume"]
    payload = (written.json()["data"] or {})["recordInteractions"]
    if payload is None or payload["errors"]:
        assert "STORE_" in written.text, written.text
        found["write"] = None
    return {name for name, value in found.items() if value is None}


def event_of(key: UUID) -> dict[str, Any]:
    verb = {"verb": "PAUSED", "itemKey": "video", "position": 7.0}
    return {"id": str(uuid4()), "registration": str(key), "at": show_time(utc_now()), **verb}


async def each_server_goes_and_comes_back(folder: Path) -> None:
    async with open_deployment(folder, learners=5) as (deployment, stores):
        gateway = deployment.serve()
        url, bearer = deployment.endpoint(gateway), deployment.bearer()
        for role, null in NULL.items():
            async with asyncio.timeout(60):
                while await answered(url, bearer):  # the gateway has just found the server before it again
                    pass
            await delivered(stores, within=60)
            deployment.embedded.server(role).kill()
            try:
                assert await answered(url, bearer) - {"enrollment"} == null
                await execute_away(role, environment=deployment.environment, folder=folder, gateway=address_of(gateway))
            finally:
                await deployment.embedded.server(role).start()
            await execute_back(role, environment=deployment.environment, folder=folder, gateway=address_of(gateway))


def address_of(gateway: Command) -> str:
    return f"{HOST}:{gateway.port}"


def test_the_steps_of_each_runbook_succeed(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    if not pytestconfig.getoption("--long"):
        pytest.skip("`make full` runs the runbooks")
    tmp_path.parent.chmod(0o711)
    with asyncio.Runner() as runner:
        runner.run(each_server_goes_and_comes_back(tmp_path))
