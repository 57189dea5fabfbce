"""Many watchers of one course: 505 sockets with the same subscription, few events. What one delivery costs, and how
long the event loop is held.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson

from gateway.embedded.loopback import HOST
from tests.bench.processes import cpu_seconds
from tests.bench.sockets import Sockets
from tests.bench.watching import DASHBOARDS, OF_COURSE, WATCHED, write
from tests.e2e.deployment import COURSE, Deployment

CROWD = WATCHED + DASHBOARDS
PROBE = """
import http.client, json, sys, time
connection = http.client.HTTPConnection(sys.argv[1], int(sys.argv[2]))
taken, end = [], time.monotonic() + float(sys.argv[3])
while time.monotonic() < end:
    began = time.perf_counter()
    try:
        connection.request("GET", "/livez")
        connection.getresponse().read()
        taken.append((time.perf_counter() - began) * 1000)
    except (OSError, http.client.HTTPException):
        connection.close()
    time.sleep(0.004)
taken.sort()
print(json.dumps({"p50": taken[len(taken) // 2], "p99": taken[len(taken) * 99 // 100], "most": taken[-1]}))
"""
"""Asks for /livez all the time, in a process of its own: no answer comes while the event loop is held."""


@asynccontextmanager
async def probed(port: int, seconds: float) -> AsyncIterator[dict[str, float]]:
    """Milliseconds of an answer from /livez during the block, once it has ended."""
    found: dict[str, float] = {}
    probe = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROBE, HOST, str(port), str(seconds), stdout=asyncio.subprocess.PIPE
    )
    yield found
    text, _ = await probe.communicate()
    found.update({name: round(value, 1) for name, value in orjson.loads(text).items()})


async def crowding(deployment: Deployment, *, rate: float, seconds: float) -> dict[str, Any]:
    """One event at a time reaches all sockets."""
    gateway = deployment.serve(GATEWAY_SOCKETS_PER_SUBJECT="1000")
    received = 0

    def on_event(number: int, payload: Any) -> None:
        nonlocal received
        assert payload["data"]["progressUpdated"]["version"], payload
        received += 1

    sockets = Sockets(deployment.endpoint(gateway, "ws"), deployment.bearer(), on_event)
    await sockets.open(OF_COURSE, [{"course": COURSE}] * CROWD)
    now = asyncio.get_running_loop().time
    try:
        await write(deployment, gateway.port, rate=rate, seconds=3, batch=1)
        await asyncio.sleep(0.5)
        idle = cpu_seconds(gateway.pid)
        async with probed(gateway.port, 2) as quiet:
            await asyncio.sleep(2)
        probe_cores = (cpu_seconds(gateway.pid) - idle) / 2
        received, cpu, began = 0, cpu_seconds(gateway.pid), now()
        async with probed(gateway.port, seconds) as held:
            written = await write(deployment, gateway.port, rate=rate, seconds=seconds, batch=1)
            took = now() - began
        async with asyncio.timeout(30):
            while received < written * CROWD:  # noqa: ASYNC110 - it counts events
                await asyncio.sleep(0.05)
        cpu = cpu_seconds(gateway.pid) - cpu - probe_cores * took
    finally:
        await sockets.close()
    return {
        "case": f"crowd: {CROWD} sockets on one course, {rate:.0f} events/s",
        "seconds": round(took, 1),
        "deliveries": received,
        "expected": written * CROWD,
        "cpu_us_each": round(cpu / received * 1e6, 1),
        "gateway_cores": round(cpu / took, 2),
        "livez_ms": held,
        "livez_quiet_ms": quiet,
    }
