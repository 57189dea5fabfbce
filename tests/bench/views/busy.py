"""How busy the page's main thread is while learners study, by the browser's own trace."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any
from uuid import uuid4

import orjson
from playwright.async_api import Page

from gateway.embedded.loopback import HOST
from gateway.runtime.clock import utc_now
from resolvers.types.scalars import show_time
from tests.bench.http import Connection
from tests.e2e.load import RECORD

CATEGORIES = ["-*", "disabled-by-default-devtools.timeline"]
MAIN, TASK = "CrRendererMain", "RunTask"
WRITERS = 8


def busy_share(trace: bytes, seconds: float) -> float:
    """The share of the time in which the busiest page's main thread ran tasks. Tasks do not nest."""
    events: list[dict[str, Any]] = orjson.loads(trace)["traceEvents"]
    threads = {(each["pid"], each["tid"]) for each in events if (each.get("args") or {}).get("name") == MAIN}
    busy: defaultdict[tuple[int, int], float] = defaultdict(float)
    for each in events:
        if each["name"] == TASK and (thread := (each["pid"], each["tid"])) in threads:
            busy[thread] += each.get("dur", 0) / 1e6
    return max(busy.values(), default=0.0) / seconds


def body_of(registration: str, item: str, chance: Random) -> bytes:
    """A request with one event of a learner's progress."""
    event: Mapping[str, object] = {
        "id": str(uuid4()),  # the world is kept, so no other run may have sent it
        "registration": registration,
        "verb": "PROGRESSED",
        "itemKey": item,
        "at": show_time(utc_now()),
        "progress": round(chance.random() * 0.8, 3),
    }
    return orjson.dumps({"query": RECORD, "variables": {"events": [event]}})


async def study(
    port: int,
    authorization: str,
    registrations: Sequence[str],
    items: Sequence[str],
    *,
    rate: float,
    seconds: float,
    on_event: Callable[[], None],
) -> int:
    """Write events at this rate, by the clock and not by the answers; return how many were accepted."""
    now, chance, accepted = asyncio.get_running_loop().time, Random(1), 0
    due: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def write() -> None:
        nonlocal accepted
        async with Connection(HOST, port, authorization) as connection:
            while (body := await due.get()) is not None:
                answer = await connection.post(body)
                accepted += answer.count(b'"ACCEPTED"')
                on_event()

    began = now()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(WRITERS):
            tasks.create_task(write())
        for number in range(round(rate * seconds)):
            if (early := began + number / rate - now()) > 0:
                await asyncio.sleep(early)
            due.put_nowait(body_of(chance.choice(registrations), chance.choice(items), chance))
        for _ in range(WRITERS):
            due.put_nowait(None)
    return accepted


async def traced(page: Page, work: Callable[[], Any]) -> tuple[float, float]:
    """Trace the page while `work` is done; the busy share of its main thread, and the seconds."""
    browser = page.context.browser
    assert browser is not None
    now = asyncio.get_running_loop().time
    await browser.start_tracing(page=page, categories=CATEGORIES)
    began = now()
    await work()
    seconds = now() - began
    return busy_share(await browser.stop_tracing(), seconds), seconds
