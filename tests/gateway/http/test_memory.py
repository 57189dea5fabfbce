"""Operations that end leave nothing for the garbage collector: a full collection would stop the event loop."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import ClientConnection

from tests.gateway.app_client import SCHEMA
from tests.gateway.controlled_subscriptions import WITHIN
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
