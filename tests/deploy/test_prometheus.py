"""Prometheus itself scrapes a gateway and a relay, and evaluates the alerts and the dashboard over what they serve."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from gateway.embedded.loopback import HOST, free_ports
from gateway.embedded.wait_until import wait_until
from tests.deploy.expressions import ALERTS, DEPLOY, alerts, expressions
from tests.deploy.measured_deployment import measured_deployment

DELIVERED = 'sum(quadrangle_relay_commits_total{outcome="delivered"}) > 0'
SCRAPED_TWICE = "min(count_over_time(quadrangle_store_batches_total[1m])) > 1"
"""`rate` needs two scrapes of a series."""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


class Prometheus:
    """The HTTP interface of a Prometheus."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def query(self, expression: str) -> list[dict[str, Any]]:
        """The series of an expression now."""
        answer = (await self._client.get("/api/v1/query", params={"query": expression})).json()
        assert answer["status"] == "success", (expression, answer)
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    async def labels(self, name: str) -> set[str]:
        """The names of the labels of a metric's series; none if it has no series."""
        return {label for series in await self.query(name) for label in series["metric"]}

    async def rules(self) -> dict[str, dict[str, Any]]:
        """The alerts that are loaded, by name."""
        groups = (await self._client.get("/api/v1/rules")).json()["data"]["groups"]
        return {rule["name"]: rule for group in groups for rule in group["rules"]}

    async def has(self, expression: str) -> bool:
        """Whether an expression has a series now."""
        return bool(await self.query(expression))

    async def is_ready(self) -> bool:
        """Whether it accepts queries."""
        try:
            return (await self._client.get("/-/ready")).status_code == 200
        except httpx2.TransportError:
            return False


@asynccontextmanager
async def running_prometheus(program: str, folder: Path, targets: Mapping[str, str]) -> AsyncIterator[Prometheus]:
    """Prometheus with the configuration of the project, other targets, and a scrape every half second."""
    configuration = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())
    configuration["global"] = {"scrape_interval": "500ms", "evaluation_interval": "500ms"}
    configuration["rule_files"] = [str(ALERTS)]
    configuration["scrape_configs"][0]["static_configs"] = [{"targets": [*targets.values()]}]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    [port] = free_ports(["prometheus"], {}, folder / "prometheus").values()
    options = {
        "config.file": folder / "prometheus.yml",
        "storage.tsdb.path": folder / "tsdb",
        "web.listen-address": f"{HOST}:{port}",
        "log.level": "error",
    }
    process = await asyncio.create_subprocess_exec(program, *(f"--{name}={value}" for name, value in options.items()))
    try:
        async with httpx2.AsyncClient(base_url=f"http://{HOST}:{port}", timeout=30, verify=False) as client:
            prometheus = Prometheus(client)
            assert await wait_until(prometheus.is_ready, seconds=60)
            yield prometheus
    finally:
        process.terminate()
        await process.wait()


async def test_prometheus_evaluates_every_expression(
    prometheus: str, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    if not pytestconfig.getoption("--long"):
        pytest.skip("`make full` starts Prometheus")
    async with (
        measured_deployment(tmp_path) as measured,
        running_prometheus(prometheus, tmp_path, measured.listeners) as asked,
    ):
        await measured.load()
        for expected in (DELIVERED, SCRAPED_TWICE):
            assert await wait_until(partial(asked.has, expected), seconds=60), expected
        labels = {name: await asked.labels(name) for each in expressions() for name in each.metrics}
        shown = {each: await asked.query(each.text) for each in expressions()}
        rules = await asked.rules()
    assert {name: (rule["health"], rule["state"]) for name, rule in rules.items()} == dict.fromkeys(
        alerts(), ("ok", "inactive")
    )
    assert {each.where for each, found in shown.items() if not found} == set(alerts())
    assert [name for name, found in labels.items() if not found] == []
    for each in shown:
        for name, selected in each.metrics.items():
            assert selected <= labels[name], each
        if each.metrics:
            assert each.grouped_by <= set().union(*(labels[name] for name in each.metrics)), each
