"""A gateway behind a real socket, over the school, with subscriptions that a test holds by the strings."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import strawberry
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from gateway.app import build_app
from gateway.auth import Access
from gateway.serving import address_of, bind, serve
from gateway.settings import read_settings
from gateway.sockets.socket import BOUNDS, Bounds
from gateway.stopping import Stopping
from resolvers.context import Info
from resolvers.errors import Refused
from resolvers.loaders import LATEST
from resolvers.schema import schema_of
from stores.errors import Unavailable
from tests.gateway.school import OPEN, school
from tests.resolvers import world

WITHIN = 5.0
FAT = "x" * 65_536


@dataclass(slots=True)
class Strings:
    """What the sources of one gateway's subscriptions have done, and what they wait for."""

    begun: int = 0
    ended: int = 0
    fat_made: int = 0
    next: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def all_ended(self, begun: int) -> None:
        """Until `begun` sources have begun and as many have ended."""
        async with asyncio.timeout(1), self.changed:
            await self.changed.wait_for(lambda: self.begun == self.ended == begun)

    async def have_ended(self, ended: int) -> None:
        async with asyncio.timeout(WITHIN), self.changed:
            await self.changed.wait_for(lambda: self.ended == ended)

    async def have_begun(self, begun: int) -> None:
        async with asyncio.timeout(WITHIN), self.changed:
            await self.changed.wait_for(lambda: self.begun == begun)

    @asynccontextmanager
    async def source(self) -> AsyncIterator[None]:
        self.begun += 1
        await self.tell()
        try:
            yield
        finally:
            self.ended += 1
            await self.tell()


@strawberry.type
class Event:
    number: int

    @strawberry.field
    async def title(self, info: Info) -> str | None:
        course = await info.context.loaders.load(LATEST, world.ALGEBRA, ())
        return None if course is None else course.title

    @strawberry.field
    def broken(self) -> str | None:
        raise KeyError("canary")

    @strawberry.field
    def down(self) -> str | None:
        raise Unavailable("profiles", "canary")


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, info: Info) -> str:
        return info.context.viewer.subject


@strawberry.type
class Mutation:
    @strawberry.mutation
    def greet(self, name: str) -> str:
        return f"hello {name}"


def schema_with(strings: Strings) -> strawberry.Schema:
    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def count(self, to: int = 3) -> AsyncIterator[Event]:
            async with strings.source():
                for number in range(to):
                    yield Event(number=number)

        @strawberry.subscription
        async def never(self) -> AsyncIterator[Event]:
            async with strings.source():
                await asyncio.Event().wait()
                yield Event(number=0)

        @strawberry.subscription
        async def fails(self, how: str = "bug") -> AsyncIterator[Event]:
            async with strings.source():
                yield Event(number=0)
                raise Refused("EXPIRED", "no longer") if how == "refused" else KeyError("canary")

        @strawberry.subscription
        async def fat(self) -> AsyncIterator[str]:
            async with strings.source():
                while True:
                    strings.fat_made += 1
                    yield FAT

        @strawberry.subscription
        async def reads(self, info: Info) -> AsyncIterator[Event]:
            """An event whenever `next` is set. The source itself reads what its events do."""
            async with strings.source():
                await info.context.loaders.load(LATEST, world.ALGEBRA, ())
                for number in range(3):
                    yield Event(number=number)
                    await strings.next.wait()
                    strings.next.clear()

    return schema_of(Query, Mutation, Subscription)


@dataclass(frozen=True, slots=True)
class Live:
    url: str
    strings: Strings
    stop: Any
    served: "asyncio.Task[None]"

    def socket(
        self,
        *,
        path: str = "/graphql",
        host_header: str | None = None,
        subprotocols: tuple[str, ...] = ("graphql-transport-ws",),
        **more: Any,
    ) -> connect:
        host, _, port = self.url.removeprefix("http://").partition(":")
        offered = [Subprotocol(each) for each in subprotocols]
        address = f"ws://{host_header or f'{host}:{port}'}{path}"
        return connect(address, host=host, port=int(port), subprotocols=offered, proxy=None, **more)


@asynccontextmanager
async def live(
    *,
    access: Access = OPEN,
    bounds: Bounds = BOUNDS,
    body_limit: int = 1_000_000,
    grace: timedelta = timedelta(seconds=10),
    ping: float = 20,
    now: Callable[[], datetime] = lambda: world.NOW,
    **stores: Any,
) -> AsyncIterator[Live]:
    strings, ready, stopping = Strings(), asyncio.Event(), Stopping(lambda: None)
    app = build_app(
        read_settings({}),
        schema=schema_with(strings),
        open_stores=school(**stores),
        access=access,
        now=now,
        new_id=lambda: "request-1",
        bounds=bounds,
    )
    thresholds = gc.get_threshold()
    with bind("127.0.0.1", 0) as bound:
        serving = serve(
            app,
            bound,
            stopping=stopping,
            grace=grace,
            message_limit=body_limit,
            ping=timedelta(seconds=ping),
            on_ready=ready.set,
        )
        served = asyncio.create_task(serving)
        await ready.wait()
        try:
            yield Live(address_of(bound), strings, stopping.tell, served)
        finally:
            if not served.done():
                stopping.tell()
            await served
            gc.unfreeze()
            gc.set_threshold(*thresholds)


async def say(socket: ClientConnection, type: str, **more: Any) -> None:
    await socket.send(json.dumps({"type": type, **more}))


async def hear(socket: ClientConnection) -> Any:
    async with asyncio.timeout(WITHIN):
        heard = await socket.recv()
    assert isinstance(heard, str)
    return json.loads(heard)


async def enter(socket: ClientConnection, **payload: Any) -> None:
    await say(socket, "connection_init", payload=payload)
    assert await hear(socket) == {"type": "connection_ack"}


async def subscribe(socket: ClientConnection, id: str, query: str, **more: Any) -> None:
    await say(socket, "subscribe", id=id, payload={"query": query, **more})


async def closed(socket: ClientConnection) -> tuple[int | None, str | None]:
    """The close code and reason that the server gave."""
    async with asyncio.timeout(WITHIN):
        async for _ in drained(socket):
            pass
        await socket.wait_closed()
    return socket.close_code, socket.close_reason


async def drained(socket: ClientConnection) -> AsyncIterator[Any]:
    try:
        while True:
            yield await socket.recv()
    except ConnectionClosed:
        return
