"""A gateway whose metrics are scraped."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from gateway.config.groups.metrics import ListenAddress, MetricsSettings
from gateway.http.metrics.listener import bind_metrics
from gateway.http.metrics.process_metrics import ProcessMetrics
from gateway.http.server import address_of
from tests.gateway.app_client import SCHEMA
from tests.gateway.served_gateway import ServedGateway, serve_gateway

PREFIX = "quadrangle_"
ANY_PORT = MetricsSettings(listen=ListenAddress("127.0.0.1", 0))
OPEN_METRICS = {"Accept": "application/openmetrics-text;version=1.0.0"}


class Scraped:
    """What one scrape gave. `families` are ours, by the names that clients see."""

    def __init__(self, text: str) -> None:
        self.families: dict[str, Metric] = {}
        self._samples: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
        for family in text_string_to_metric_families(text):  # type: ignore[no-untyped-call]
            if family.name.startswith(PREFIX):
                self.families[f"{family.name}_total" if family.type == "counter" else family.name] = family
            for sample in family.samples:
                self._samples[sample.name, frozenset(sample.labels.items())] = sample.value

    def value(self, name: str, **labels: str) -> float:
        """The value of a sample of ours, which must exist."""
        return self._samples[PREFIX + name, frozenset(labels.items())]

    def has(self, name: str, **labels: str) -> bool:
        """Whether a sample of ours exists."""
        return (PREFIX + name, frozenset(labels.items())) in self._samples


@dataclass(frozen=True, slots=True)
class MeasuredGateway:
    """`client` calls the gateway, `listener` is a client of its listener."""

    gateway: ServedGateway
    client: httpx2.AsyncClient
    listener: httpx2.AsyncClient

    async def scrape(self) -> Scraped:
        """What Prometheus would get now."""
        response = await self.listener.get("/metrics", headers=OPEN_METRICS)
        assert response.status_code == 200
        return Scraped(response.text)

    async def value(self, name: str, **labels: str) -> float:
        """The value of a sample as of now."""
        return (await self.scrape()).value(name, **labels)

    async def post(self, query: str, **more: Any) -> Any:
        """The answer to an operation."""
        return (await self.client.post("/graphql", json={"query": query}, **more)).json()


@asynccontextmanager
async def measured_gateway(
    *args: Any, process: int | None = None, schema: Any = SCHEMA, **kwargs: Any
) -> AsyncIterator[MeasuredGateway]:
    """`serve_gateway`, and a client of its listener."""
    with bind_metrics(ANY_PORT, process=process) as bound:
        assert bound is not None
        metrics = ProcessMetrics.of(process)
        async with (
            serve_gateway(*args, metrics=metrics, metrics_socket=bound, schema=schema, **kwargs) as gateway,
            httpx2.AsyncClient(base_url=gateway.url, trust_env=False) as client,
            httpx2.AsyncClient(base_url=address_of(bound), trust_env=False) as listener,
        ):
            yield MeasuredGateway(gateway, client, listener)
