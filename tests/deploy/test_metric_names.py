"""The alerts and the dashboard name metrics and labels that are documented, and that gateways and relays serve."""

import asyncio
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.embedded.loopback import HOST, free_ports
from tests.deploy.expressions import OF_PROMETHEUS, TOP, Expression, expressions
from tests.e2e.deployment import Deployment, open_deployment
from tests.e2e.load import Writer

NOT_YET = {"quadrangle_breaker_open", "quadrangle_breaker_opened_total", "quadrangle_store_calls_in_flight"}
"""Metrics of the breakers, which do not exist yet."""
EXPRESSIONS = [each for each in expressions() if set(each.metrics) - NOT_YET]
QUERY = """{ courses { edges { node { title
    enrollments { edges { node { learner { displayName } progress { completion } } } } } } } }"""
Served = dict[str, set[str]]
"""The names of samples, with the names of their labels."""


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda expression: expression.where)
def test_metrics_are_documented(expression: Expression) -> None:
    documented = (TOP / "docs/metrics.md").read_text(encoding="utf-8")
    ours = [name.removesuffix("_bucket") for name in expression.metrics if name.startswith("quadrangle_")]
    assert [name for name in ours if f"`{name}`" not in documented] == []


async def load(deployment: Deployment, endpoint: str) -> None:
    """Writes and queries, each of them twice: a second read is shared."""
    headers = {"Authorization": deployment.bearer()}
    writer = Writer([endpoint], deployment.bearer(), seed=1, learners=range(2))
    async with httpx2.AsyncClient(headers=headers, timeout=30, verify=False) as client:
        for _ in range(2):
            await writer.write_once(0)
            response = await client.post(endpoint, json={"query": QUERY})
            assert "errors" not in response.json(), response.text


async def scraped(address: str) -> Served:
    """What a process serves."""
    async with httpx2.AsyncClient(timeout=30, verify=False) as client:
        text = (await client.get(f"http://{address}/metrics")).text
    found: Served = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


@pytest.mark.slow
async def test_metrics_and_labels_are_served(tmp_path: Path) -> None:
    async with open_deployment(tmp_path, learners=2) as (deployment, _):
        ports = free_ports(["gateway", "relay"], {}, tmp_path / "listeners")  # not those of the commands
        listeners = {name: f"{HOST}:{port}" for name, port in ports.items()}
        gateway = deployment.serve(GATEWAY_RELAY="external", GATEWAY_METRICS_LISTEN=listeners["gateway"])
        deployment.relay(GATEWAY_METRICS_LISTEN=listeners["relay"])
        await load(deployment, deployment.endpoint(gateway))
        served: Served = {}
        for found in await asyncio.gather(*map(scraped, listeners.values())):
            for name, labels in found.items():
                served.setdefault(name, set()).update(labels)
    unknown = {each.where: names for each in EXPRESSIONS if (names := set(each.metrics) - served.keys())}
    assert unknown == {}
    for each in EXPRESSIONS:
        for name, selected in each.metrics.items():
            assert selected <= served[name] | OF_PROMETHEUS, each
        assert each.grouped_by <= OF_PROMETHEUS.union(*(served[name] for name in each.metrics)), each
