"""The runbooks of docs/operations.md are complete, and their steps succeed around the outage of each server."""

import asyncio
from pathlib import Path

import pytest

from tests.e2e.deployment import open_deployment
from tests.runbooks import TITLES, execute_away, execute_back, runbook_of

HOST = "127.0.0.1"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize("role", TITLES)
def test_each_server_has_a_runbook(role: str) -> None:
    runbook = runbook_of(role)
    assert "quadrangle check" in runbook.away
    assert runbook.back[-1] == "quadrangle check"


async def each_server_goes_and_comes_back(folder: Path) -> None:
    async with open_deployment(folder, learners=5) as (deployment, _):
        port = deployment.serve().port
        for role in TITLES:
            deployment.embedded.server(role).kill()
            try:
                await execute_away(role, environment=deployment.environment, folder=folder, gateway=f"{HOST}:{port}")
            finally:
                await deployment.embedded.server(role).start()
            await execute_back(role, environment=deployment.environment, folder=folder, gateway=f"{HOST}:{port}")


def test_the_steps_of_each_runbook_succeed(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    if not pytestconfig.getoption("--long"):
        pytest.skip("`make full` runs the runbooks")
    tmp_path.parent.chmod(0o711)
    with asyncio.Runner() as runner:
        runner.run(each_server_goes_and_comes_back(tmp_path))
