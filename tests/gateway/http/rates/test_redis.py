"""Gateways that share a Redis, and one whose Redis is killed while it serves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from gateway.embedded.loopback import free_ports
from gateway.embedded.running_server import RunningServer
from gateway.embedded.valkey import installed_valkey
from stores.domain.rates import Rate
from stores.redis.client import open_redis
from stores.redis.rates import RedisRates
from tests import backends
from tests.backends import Servers
from tests.clock import Clock
from tests.gateway.app_client import TOKEN_ACCESS, app_client, bearer, sample_stores
from tests.gateway.http.rates.limits import admitted, process
from tests.proxy import ProxyMode, through_proxy
from tests.resolvers import world

RATE = Rate(per_minute=1, burst=60)
"""A unit flows off in a minute: the clock of Redis does not matter here. A block is 3 units."""
LEARNER = bearer(world.learner())


async def served(client: httpx2.AsyncClient, times: int) -> int:
    """How many of these queries are served; the others get a 429."""
    answers = [await client.post("/graphql", json={"query": "{ __typename }"}, headers=LEARNER) for _ in range(times)]
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 429}
    return statuses.count(200)


@asynccontextmanager
async def gateway(rates: RedisRates) -> AsyncIterator[httpx2.AsyncClient]:
    async with app_client(access=TOKEN_ACCESS, rate=RATE, open_stores=sample_stores(rates=rates)) as client:
        yield client


async def test_two_gateways_serve_no_more_than_the_rate(servers: Servers) -> None:
    async with backends.fresh_redis(servers) as (client, prefix):
        rates = RedisRates(client, prefix=prefix)
        async with gateway(rates) as one:
            async with gateway(rates) as other:
                assert await served(one, 31) + await served(other, 40) == 58  # two units are in the lease of `one`
                assert await served(one, 10) == 2
            assert await served(one, 1) == 0


async def test_a_gateway_that_ends_returns_its_leases(servers: Servers) -> None:
    async with backends.fresh_redis(servers) as (client, prefix):
        rates = RedisRates(client, prefix=prefix)
        async with gateway(rates) as one:
            assert await served(one, 1) == 1
        async with gateway(rates) as other:
            assert await served(other, 70) == 59


async def test_a_redis_that_is_killed_stops_no_operation(tmp_path: Path) -> None:
    port = free_ports(["redis"], {}, tmp_path)["redis"]
    valkey = RunningServer(installed_valkey(), data=tmp_path / "redis", port=port, changed=lambda entry: None)
    await valkey.start()
    try:
        async with (
            open_redis(installed_valkey().url(valkey.data, port)) as client,
            gateway(RedisRates(client)) as one,
        ):
            assert await served(one, 31) == 31
            valkey.kill()
            assert await served(one, 70) == 62  # two units of the lease, then those of this process
    finally:
        await valkey.stop()


@pytest.mark.parametrize("mode", [ProxyMode.CUT, ProxyMode.STALL])
async def test_rates_are_shared_again_once_redis_answers(servers: Servers, mode: ProxyMode) -> None:
    clock = Clock()
    async with (
        backends.fresh_redis(servers) as (_, prefix),
        through_proxy(servers.redis_url) as (proxy, url),
        open_redis(url) as client,
    ):
        limit = process(RedisRates(client, prefix=prefix), clock, rate=RATE, deadline=timedelta(seconds=2))
        assert await admitted(limit, 1) == 1
        await limit.return_leases(idle_for=timedelta())
        proxy.switch(mode)
        assert await admitted(limit, 100) == 60
        local = limit.shared.local_takes
        proxy.switch(ProxyMode.PASS)
        clock.forward(timedelta(seconds=61))
        assert 50 < await admitted(limit, 100) <= 59  # a stalled call may take a block after all
        assert limit.shared.local_takes == local
