"""Sustained events per second through `recordInteractions`: batches of 10, 200 learners, a relay that must keep up.

The load is open: batches are due at fixed times, also if earlier ones are late, and a latency starts at the due time.
"""

import asyncio
from collections.abc import Sequence
from random import Random
from statistics import quantiles
from typing import Any
from uuid import UUID

import orjson

from gateway.embedded.loopback import HOST
from gateway.runtime.clock import utc_now
from resolvers.types.scalars import show_time
from stores.domain.outbox import Consumer
from stores.ports.stores import Stores
from tests.bench.http import Connection
from tests.bench.processes import cpu_seconds
from tests.e2e.deployment import ITEMS, Deployment, registration
from tests.e2e.load import RECORD

LEARNERS, BATCH, CONNECTIONS = 200, 10, 32


def body_of(number: int, chance: Random, *, size: int = BATCH) -> bytes:
    """The request body with a batch of one learner's events."""
    at = show_time(utc_now())
    events = [
        {
            "id": str(UUID(int=chance.getrandbits(128), version=4)),
            "registration": str(registration(number)),
            "verb": chance.choice(("PLAYED", "PAUSED", "PROGRESSED", "ATTEMPTED", "INTERACTED")),
            "itemKey": chance.choice(ITEMS),
            "at": at,
            "progress": round(chance.random(), 3),
            "durationSeconds": 5.0,
            "position": round(chance.random() * 600, 1),
            "sessionId": f"session-{number}",
        }
        for _ in range(size)
    ]
    return orjson.dumps({"query": RECORD, "variables": {"events": events}})


class Load:
    """The load. `latencies`: milliseconds from the time that each batch was due until its answer."""

    def __init__(self, rate: float, seconds: float, *, seed: int) -> None:
        self.latencies: list[float] = []
        self.refused = 0
        self._due = asyncio.Queue[float]()
        self._seed = seed
        self._rate = rate
        self._seconds = seconds

    async def run(self, deployment: Deployment, ports: Sequence[int]) -> float:
        """Run the load; return the seconds until the last batch was acknowledged."""
        now = asyncio.get_running_loop().time
        began = now()
        authorization = deployment.bearer()
        async with asyncio.TaskGroup() as tasks:
            writers = [
                tasks.create_task(self._write(ports[number % len(ports)], authorization, Random(self._seed + number)))
                for number in range(CONNECTIONS)
            ]
            for number in range(round(self._rate / BATCH * self._seconds)):
                due = began + number * BATCH / self._rate
                if (early := due - now()) > 0:
                    await asyncio.sleep(early)
                self._due.put_nowait(due)
            for _ in writers:
                self._due.put_nowait(-1)
        return now() - began

    async def _write(self, port: int, authorization: str, chance: Random) -> None:
        now = asyncio.get_running_loop().time
        async with Connection(HOST, port, authorization) as connection:
            while (due := await self._due.get()) >= 0:
                answer = await connection.post(body_of(chance.randrange(LEARNERS), chance))
                self.latencies.append((now() - due) * 1000)
                self.refused += BATCH - answer.count(b'"ACCEPTED"')


async def lag(stores: Stores) -> dict[Consumer, float]:
    """For each consumer, the age of the oldest unpublished event in seconds."""
    backlog = await stores.outbox.backlog()
    return {
        consumer: 0.0 if its.oldest is None else (utc_now() - its.oldest).total_seconds()
        for consumer, its in backlog.items()
    }


async def writing(
    deployment: Deployment, stores: Stores, *, rate: float, seconds: float, gateways: int
) -> dict[str, Any]:
    """Time the load on this many gateway processes; each publishes its share."""
    serving = [deployment.serve() for _ in range(gateways)]
    ports = [gateway.port for gateway in serving]
    pids = {f"gateway {number}": gateway.pid for number, gateway in enumerate(serving, 1)}
    pids |= {server.name: server.process.pid for server in deployment.embedded.servers}
    await Load(rate / 4, 3, seed=1_000).run(deployment, ports)
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    load = Load(rate, seconds, seed=2_000)
    lags: list[dict[Consumer, float]] = []

    async def sample() -> None:
        while True:
            await asyncio.sleep(1)
            lags.append(await lag(stores))

    sampling = asyncio.create_task(sample())
    took = await load.run(deployment, ports)
    sampling.cancel()
    cpu = {name: (cpu_seconds(pid) - before[name]) / took for name, pid in pids.items()}
    now = asyncio.get_running_loop().time
    began = now()
    while any((await lag(stores)).values()):  # noqa: ASYNC110 - stores offer no event to wait for
        await asyncio.sleep(0.05)
    batches = len(load.latencies)
    cuts = quantiles(load.latencies, n=100, method="inclusive")
    return {
        "case": f"write {rate:.0f} events/s, {gateways} gateway(s)",
        "seconds": round(took, 1),
        "events_per_s": round(batches * BATCH / took),
        "gateway_ms_per_batch": round(1000 * took * sum(cpu[f"gateway {n + 1}"] for n in range(gateways)) / batches, 2),
        "refused": load.refused,
        "p50_ms": round(cuts[49], 1),
        "p99_ms": round(cuts[98], 1),
        "timeline_lag_s": round(max(each[Consumer.TIMELINE] for each in lags), 2),
        "live_lag_s": round(max(each[Consumer.LIVE] for each in lags), 2),
        "drained_s": round(now() - began, 2),
        "cores": {name: round(value, 2) for name, value in cpu.items()},
    }
