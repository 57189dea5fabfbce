"""A gateway and a relay over all stores, whose metrics are served, and a load for them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from gateway.embedded.loopback import HOST, free_ports
from tests.e2e.deployment import Deployment, open_deployment
from tests.e2e.load import Writer

QUERY = """{ courses { edges { node { title
    enrollments { edges { node { learner { displayName } progress { completion } } } } } } } }"""


@dataclass(frozen=True, slots=True)
class MeasuredDeployment:
    """`listeners`: the addresses of the metrics by process."""

    deployment: Deployment
    endpoint: str
    listeners: Mapping[str, str]

    async def load(self) -> None:
        """Write and query, each of them twice: a second read is shared."""
        bearer = self.deployment.bearer()
        writer = Writer([self.endpoint], bearer, seed=1, learners=range(2))
        async with httpx2.AsyncClient(headers={"Authorization": bearer}, timeout=30, verify=False) as client:
            for _ in range(2):
                await writer.write_once(0)
                response = await client.post(self.endpoint, json={"query": QUERY})
                assert "errors" not in response.json(), response.text


@asynccontextmanager
async def measured_deployment(folder: Path) -> AsyncIterator[MeasuredDeployment]:
    """Start the processes, and stop them at the end."""
    async with open_deployment(folder, learners=2) as (deployment, _):
        ports = free_ports(["gateway", "relay"], {}, folder / "listeners")  # not those of the commands
        listeners = {name: f"{HOST}:{port}" for name, port in ports.items()}
        gateway = deployment.serve(GATEWAY_RELAY="external", GATEWAY_METRICS_LISTEN=listeners["gateway"])
        deployment.relay(GATEWAY_METRICS_LISTEN=listeners["relay"])
        yield MeasuredDeployment(deployment, deployment.endpoint(gateway), listeners)
