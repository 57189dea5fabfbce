"""The stores in the metrics: up or down, their breakers, and the values that spare their calls."""

from collections.abc import Mapping
from datetime import timedelta

from gateway.http.metrics.app_metrics import RESULTS, measure_guards
from gateway.http.metrics.process_metrics import ProcessMetrics
from gateway.resilience.store_guards import StoreGuards
from resolvers.data.guards import CallKind
from stores.domain.outbox import Backlog, Consumer
from stores.errors import Unavailable
from stores.memory.catalog import MemoryCatalog
from stores.memory.outbox import MemoryOutbox
from tests.gateway.http.metrics.measured_gateway import measured_gateway
from tests.resolvers import world

COURSE = f'{{ course(key: "{world.ALGEBRA}") {{ title }} }}'


class UnreachableCatalog(MemoryCatalog):
    async def ping(self) -> None:
        raise Unavailable("catalog", "no connection")


class WaitingOutbox(MemoryOutbox):
    async def backlog(self) -> Mapping[Consumer, Backlog]:
        oldest = world.NOW - timedelta(seconds=7)
        return {Consumer.TIMELINE: Backlog(waiting=3, oldest=oldest, newest=world.NOW), Consumer.LIVE: Backlog()}


async def test_a_store_is_up_while_its_pings_are_answered() -> None:
    async with measured_gateway(catalog=UnreachableCatalog()) as gateway:
        scraped = await gateway.scrape()
        assert (scraped.value("store_up", store="catalog"), scraped.value("store_up", store="profiles")) == (0, 1)


async def test_the_backlog_is_that_of_the_outbox() -> None:
    outbox = WaitingOutbox(now=lambda: world.NOW)
    async with measured_gateway({"GATEWAY_RELAY": "external"}, outbox=outbox) as gateway:
        scraped = await gateway.scrape()
        found = [scraped.value("relay_backlog_commits", consumer=each) for each in ("timeline", "live")]
        assert found == [3, 0]
        assert [scraped.value("relay_lag_seconds", consumer=each) for each in ("timeline", "live")] == [7, 0]
        assert not scraped.has("relay_partitions")


async def test_shared_reads_count_by_their_result() -> None:
    async with measured_gateway() as gateway:
        for _ in range(3):
            await gateway.post(COURSE)
        scraped = await gateway.scrape()
        path = {"store": "catalog", "call": "latest"}
        found = {each: scraped.value("shared_reads_total", **path, result=each) for each in RESULTS}
        assert found == {"hit": 2, "joined": 0, "read": 1}


async def test_a_breaker_and_the_calls_under_way_are_measured() -> None:
    metrics, now = ProcessMetrics(), [0.0]
    guards = StoreGuards({"catalog": timedelta(seconds=2)}, calls=5, share=0.5, most=8, clock=lambda: now[0])
    measure_guards(metrics, guards)

    def value(name: str, kind: str = "reads") -> float | None:
        return metrics.registry.get_sample_value(f"quadrangle_{name}", {"store": "catalog", "class": kind})

    guard = guards.of("catalog", CallKind.READ)
    period = await guard.enter()
    assert (value("store_calls_in_flight"), value("store_calls_in_flight", "writes")) == (1, 0)
    guard.leave(period, answered=False)
    assert (value("store_calls_in_flight"), value("breaker_open"), value("breaker_opened_total")) == (0, 0, 0)
    for _ in range(4):
        guard.leave(await guard.enter(), answered=False)
    assert (value("breaker_open"), value("breaker_opened_total"), value("breaker_open", "writes")) == (1, 1, 0)
