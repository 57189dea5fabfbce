"""Operations that end leave nothing for the garbage collector: a full collection would stop the event loop."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from strawberry.relay import to_base64
from websockets.asyncio.client import ClientConnection

from tests.bench.cases import DASHBOARD, GRID, TIMELINE
from tests.gateway.app_client import SCHEMA
from tests.gateway.controlled_subscriptions import WITHIN
from tests.gateway.http.bounds.raw_client import connected, post
from tests.gateway.http.test_sse import streamed
from tests.gateway.http.websocket.client import initialize, receive_message, send_message, subscribe
from tests.gateway.served_gateway import ServedGateway, serve_gateway
from tests.resolvers import world

WATCH = f'subscription {{ progressUpdated(course: "{world.ALGEBRA}") {{ version }} }}'
OPERATIONS = 20
FEW_OBJECTS = 20
"""In cycles, for each operation. A cancelled task alone used to leave 150."""


async def settle(socket: ClientConnection) -> None:
    """Until the operations that came before are under way."""
    for _ in range(3):
        await subscribe(socket, "after", "{ __typename }")
        assert [(await receive_message(socket))["type"] for _ in range(2)] == ["next", "complete"]


async def complete_each(gateway: ServedGateway) -> None:
    async with gateway.socket() as socket:
        await initialize(socket)
        for number in range(OPERATIONS):
            await subscribe(socket, str(number), WATCH)
            await settle(socket)
            await send_message(socket, "complete", id=str(number))
        await settle(socket)


async def close_with_all(gateway: ServedGateway) -> None:
    async with gateway.socket() as socket:
        await initialize(socket)
        for number in range(OPERATIONS):
            await subscribe(socket, str(number), WATCH)
        await settle(socket)


async def leave_streams(gateway: ServedGateway) -> None:
    for _ in range(OPERATIONS):
        async with streamed(gateway, {"query": WATCH}):
            pass


@asynccontextmanager
async def collector_off() -> AsyncIterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.mark.parametrize("work", [complete_each, close_with_all, leave_streams])
async def test_cancelled_operations_leave_no_cycles(work: Callable[[ServedGateway], Awaitable[None]]) -> None:
    async with serve_gateway(schema=SCHEMA) as gateway:
        await work(gateway)  # what is imported and cached at first use
        async with collector_off(), asyncio.timeout(WITHIN):
            await work(gateway)
            await asyncio.sleep(0.05)
            assert gc.collect() < OPERATIONS * FEW_OBJECTS


REQUESTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "a small query": ("{ __typename }", {}),
    "grid": (GRID, {"course": world.ALGEBRA}),
    "dashboard": (DASHBOARD, {"id": to_base64("Learner", world.ADA)}),
    "timeline": (TIMELINE, {"id": to_base64("Learner", world.ADA)}),
    "mutation": ('mutation { endSession(input: {sessionId: "s"}) { errors { code } } }', {}),
}
READ = ("profiles", "catalog", "progress", "timeline", "sessions", "activity")


class Suspending:
    """A store whose calls suspend, as those of a real store do."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._store, name)

        async def suspended(*args: Any, **kwargs: Any) -> Any:
            await asyncio.sleep(0)
            return await call(*args, **kwargs)

        return suspended


@pytest.mark.parametrize("executor", ["compiled", "reference"])
async def test_a_request_without_errors_leaves_no_object_in_a_cycle(executor: str) -> None:
    school = (await world.open_school()).by_name()
    stores: dict[str, Any] = {name: Suspending(school[name]) for name in READ}
    settings = {"GATEWAY_EXECUTOR": executor}
    left = {}
    async with serve_gateway(settings, schema=SCHEMA, **stores) as gateway, connected(gateway) as client:
        for name, (query, variables) in REQUESTS.items():
            request = post(orjson.dumps({"query": query, "variables": variables}))
            for _ in range(3):  # what is parsed, compiled and cached
                await client.send(request)
                answer = await client.answer()
                assert "errors" not in answer.body
            async with collector_off():
                for _ in range(3):
                    await client.send(request)
                    await client.answer()
                left[name] = gc.collect()
    assert left == dict.fromkeys(REQUESTS, 0)
