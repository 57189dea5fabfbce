"""Sockets that open and close for minutes leave nothing behind: memory and tasks stay flat.

`python -m tests sockets` takes ten minutes.
"""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process

import pytest

from gateway.embedded.wait_until import wait_until
from resolvers.schema import build_schema
from tests.bench.processes import resident_kib
from tests.gateway.served_gateway import serve_gateway
from tests.resolvers import world

WATCH = f'subscription {{ progressUpdated(course: "{world.ALGEBRA}") {{ cursor }} }}'
GROWTH = 1.05
WITHIN = 30.0


@pytest.fixture
def minutes(pytestconfig: pytest.Config) -> float:
    given = pytestconfig.getoption("--minutes")
    return float(given) if given else 3 if pytestconfig.getoption("--long") else 0.05


async def settled(tasks: int) -> bool:
    """Whether no more tasks are left."""
    return len(asyncio.all_tasks()) <= tasks


async def storm(url: str, seconds: float) -> Process:
    address = url.replace("http://", "ws://") + "/graphql"
    words = [sys.executable, "-m", "tests.hostile.socket_storm", address, str(seconds), WATCH]
    return await asyncio.create_subprocess_exec(*words, stdout=PIPE)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_sockets_leave_nothing_behind(minutes: float, capsys: pytest.CaptureFixture[str]) -> None:
    seconds = minutes * 60
    async with serve_gateway(schema=build_schema()) as gateway:
        visits, sizes = 0, []
        before = len(asyncio.all_tasks())
        for _ in range(2):
            process = await storm(gateway.url, seconds / 2)
            counted, _errors = await process.communicate()
            assert process.returncode == 0
            visits += int(counted)
            assert await wait_until(lambda: settled(before), seconds=WITHIN)
            sizes.append(resident_kib(os.getpid()))
    with capsys.disabled():
        print(f"\n{visits:,} sockets in {seconds:.0f} s: RSS {sizes[0]:,} → {sizes[1]:,} KiB, {before} tasks")
    assert visits > seconds
    if seconds > 60:
        assert sizes[1] <= sizes[0] * GROWTH
