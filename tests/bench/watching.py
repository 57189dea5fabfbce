"""Latency from commit to a subscriber's socket: 500 sockets with one registration each, 5 with a course, 100 events/s.

A latency starts when the transaction begins (`at`, by PostgreSQL's clock on this machine), so it includes the commit.
"""

import asyncio
from datetime import datetime
from random import Random
from statistics import quantiles
from time import time
from typing import Any

from gateway.embedded.loopback import HOST
from stores.ports.stores import Stores
from tests.bench.http import Connection
from tests.bench.processes import cpu_seconds, resident_kib
from tests.bench.sockets import Sockets
from tests.bench.writing import body_of
from tests.e2e.deployment import COURSE, Deployment, registration

WATCHED, DASHBOARDS = 500, 5
OF_REGISTRATION = """subscription ($registration: UUID!) {
  progressUpdated(registration: $registration) { at version progress { completion } } }"""
OF_COURSE = """subscription ($course: String!) {
  progressUpdated(course: $course) { at version progress { completion } } }"""


async def watching(
    deployment: Deployment, stores: Stores, *, rate: float, seconds: float, batch: int = 1
) -> dict[str, Any]:
    gateway = deployment.serve(GATEWAY_SOCKETS_PER_SUBJECT="1000")
    latencies: list[float] = []

    def on_event(number: int, payload: Any) -> None:
        latencies.append((time() - datetime.fromisoformat(payload["data"]["progressUpdated"]["at"]).timestamp()) * 1000)

    sockets = Sockets(deployment.endpoint(gateway, "ws"), deployment.bearer(), on_event)
    await sockets.open(OF_REGISTRATION, [{"registration": str(registration(number))} for number in range(WATCHED)])
    await sockets.open(OF_COURSE, [{"course": COURSE}] * DASHBOARDS)
    try:
        await write(deployment, gateway.port, rate=rate, seconds=3, batch=batch)
        await asyncio.sleep(0.5)
        latencies.clear()
        cpu, now = cpu_seconds(gateway.pid), asyncio.get_running_loop().time
        began = now()
        written = await write(deployment, gateway.port, rate=rate, seconds=seconds, batch=batch)
        took = now() - began
        cpu = cpu_seconds(gateway.pid) - cpu
        async with asyncio.timeout(10):
            while len(latencies) < written * (1 + DASHBOARDS):  # noqa: ASYNC110 - it counts events
                await asyncio.sleep(0.05)
    finally:
        await sockets.close()
    cuts = quantiles(latencies, n=100, method="inclusive")
    return {
        "case": f"watch: {WATCHED + DASHBOARDS} sockets, {rate:.0f} events/s",
        "seconds": round(took, 1),
        "deliveries_per_s": round(len(latencies) / took),
        "deliveries": len(latencies),
        "expected": written * (1 + DASHBOARDS),
        "p50_ms": round(cuts[49], 1),
        "p99_ms": round(cuts[98], 1),
        "gateway_cores": round(cpu / took, 2),
    }


async def write(deployment: Deployment, port: int, *, rate: float, seconds: float, batch: int) -> int:
    """Send requests of `batch` events at a fixed rate; return how many."""
    now, chance = asyncio.get_running_loop().time, Random(round(seconds))
    free: asyncio.Queue[Connection] = asyncio.Queue()
    authorization = deployment.bearer()
    connections = [Connection(HOST, port, authorization) for _ in range(16)]
    for connection in connections:
        free.put_nowait(await connection.__aenter__())

    async def send(number: int) -> None:
        connection = await free.get()
        answer = await connection.post(body_of(number, chance, size=batch))
        assert answer.count(b'"ACCEPTED"') == batch, answer
        free.put_nowait(connection)

    began, count = now(), round(rate * seconds)
    async with asyncio.TaskGroup() as tasks:
        for place in range(count):
            if (early := began + place / rate - now()) > 0:
                await asyncio.sleep(early)
            tasks.create_task(send(place * 7 % WATCHED))
    for connection in connections:
        await connection.__aexit__(None, None, None)
    return count


async def idle(deployment: Deployment) -> dict[str, Any]:
    """Memory that an open subscription without events takes in the gateway's process."""
    gateway = deployment.serve(GATEWAY_RELAY="external", GATEWAY_SOCKETS_PER_SUBJECT="1000")
    warm = Sockets(deployment.endpoint(gateway, "ws"), deployment.bearer(), lambda number, payload: None)
    await warm.open(OF_REGISTRATION, [{"registration": str(registration(number))} for number in range(50)])
    before = resident_kib(gateway.pid)
    sockets = Sockets(deployment.endpoint(gateway, "ws"), deployment.bearer(), lambda number, payload: None)
    await sockets.open(OF_REGISTRATION, [{"registration": str(registration(number))} for number in range(WATCHED)])
    grown = resident_kib(gateway.pid) - before
    await sockets.close()
    await warm.close()
    return {"case": f"idle: {WATCHED} subscriptions", "kib_each": round(grown / WATCHED, 1)}
