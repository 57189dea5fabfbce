"""A schema whose operations wait, and the store that they wait for."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

import strawberry

from resolvers.context import Info
from resolvers.data.access_paths import LATEST
from resolvers.schema import schema_of
from stores.domain.catalog import Course
from stores.memory.catalog import MemoryCatalog
from tests.gateway.controlled_subscriptions import WITHIN
from tests.resolvers import world

READ = "{ title }"
WRITE = "mutation { write }"
EVENTS = "subscription { events { title } }"
QUIET = "subscription { quiet }"


@dataclass(eq=False)
class StalledCatalog(MemoryCatalog):
    """Its reads wait until they are cancelled."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    async def latest(self, course_keys: Sequence[str]) -> Mapping[str, Course]:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()
        return {}


@dataclass(eq=False)
class Write:
    """A write that waits until a test lets it end."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> bool:
        self.begun.set()
        await self.may_end.wait()
        self.ended.set()
        return True


async def within(event: asyncio.Event) -> None:
    """Wait for an event that is about to come."""
    async with asyncio.timeout(WITHIN):
        await event.wait()


async def title_of(info: Info) -> str | None:
    course = await info.context.loaders.load(LATEST, world.ALGEBRA, ())
    return None if course is None else course.title


def slow_schema(write: Write) -> strawberry.Schema:
    @strawberry.type
    class Event:
        title: str | None = strawberry.field(resolver=title_of)

    @strawberry.type
    class Query:
        title: str | None = strawberry.field(resolver=title_of)

    @strawberry.type
    class Mutation:
        @strawberry.mutation
        async def write(self) -> bool | None:
            return await write.run()

    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def events(self) -> AsyncIterator[Event]:
            yield Event()
            yield Event()

        @strawberry.subscription
        async def quiet(self) -> AsyncIterator[int]:
            yield 0
            await asyncio.Event().wait()

    return schema_of(Query, Mutation, Subscription)
