"""A schema with subscriptions whose sources a test controls and observes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import strawberry

from resolvers.context import Context, Info
from resolvers.data.access_paths import LATEST
from resolvers.error_codes import ErrorCode
from resolvers.errors import RequestError
from resolvers.schema import schema_of
from resolvers.subscriptions.event_stream import open_stream
from stores.errors import Unavailable
from tests.resolvers import world

WITHIN = 15.0
"""Seconds. Less than the gateway allows a silent client (twice `server.PING`), so that no test passes by that."""
FAT = "x" * 65_536
SWALLOWS = "subscription { swallows { number } }"
NEVER = "subscription { never { number } }"
HELLO = {"query": "{ hello }"}


@dataclass(slots=True)
class Sources:
    """How many sources of one gateway have begun and ended. Some wait for `next`."""

    begun: int = 0
    ended: int = 0
    fat_made: int = 0
    next: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def all_ended(self, begun: int) -> None:
        """Wait until `begun` sources have begun and as many have ended."""
        async with asyncio.timeout(WITHIN), self.changed:
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
        await self.notify()
        try:
            yield
        finally:
            self.ended += 1
            await self.notify()


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


@asynccontextmanager
async def reading(context: Context, sources: Sources) -> AsyncIterator[AsyncIterator[Event]]:
    async def events() -> AsyncIterator[Event]:
        for number in range(3):
            await context.loaders.load(LATEST, world.ALGEBRA, ())
            yield Event(number=number)
            await sources.next.wait()
            sources.next.clear()

    async with sources.source():
        yield events()


def schema_with(sources: Sources) -> strawberry.Schema:
    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def count(self, to: int = 3) -> AsyncIterator[Event]:
            async with sources.source():
                for number in range(to):
                    yield Event(number=number)

        @strawberry.subscription
        async def never(self) -> AsyncIterator[Event]:
            async with sources.source():
                await asyncio.Event().wait()
                yield Event(number=0)

        @strawberry.subscription
        async def swallows(self) -> AsyncIterator[Event]:
            """Swallows its first cancellation, as a driver may. Has an event when `next` is set, and ends."""
            async with sources.source():
                with suppress(asyncio.CancelledError):
                    await asyncio.Event().wait()
                await sources.next.wait()
                yield Event(number=0)

        @strawberry.subscription
        async def fails(self, how: str = "bug") -> AsyncIterator[Event]:
            async with sources.source():
                yield Event(number=0)
                errors = {
                    "refused": RequestError(ErrorCode.CURSOR_EXPIRED, "no longer"),
                    "cancelled": asyncio.CancelledError(),
                }
                raise errors.get(how, KeyError("canary"))

        @strawberry.subscription
        async def fat(self) -> AsyncIterator[str]:
            async with sources.source():
                while True:
                    sources.fat_made += 1
                    yield FAT

        @strawberry.subscription
        async def reads(self, info: Info) -> AsyncIterator[Event]:
            """An event whenever `next` is set. The source itself reads what its events do."""
            stream: AsyncIterator[Event] = await open_stream(info.context, reading(info.context, sources))
            return stream

    return schema_of(Query, Mutation, Subscription)
