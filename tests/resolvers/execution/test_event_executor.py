"""A subscription may last for months: its memory must not grow with its events."""

import gc
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import strawberry
from graphql.execution.collect_fields import CollectedFields

from resolvers.context import Context, Info
from resolvers.data.access_paths import LATEST
from resolvers.schema import schema_of
from resolvers.subscriptions.event_stream import open_stream
from tests.resolvers import world


@strawberry.type
class Event:
    number: int

    @strawberry.field
    async def title(self, info: Info) -> str | None:
        course = await info.context.loaders.load(LATEST, world.ALGEBRA, ())
        return None if course is None else course.title


@strawberry.type
class Query:
    nothing: int = 0


@asynccontextmanager
async def counting(context: Context) -> AsyncIterator[AsyncIterator[Event]]:
    async def events() -> AsyncIterator[Event]:
        for number in range(1_000):
            # While it waits for an event, a subscription holds nothing of the last one.
            assert (context.loaders.batches, context.loaders._sets) == ([], {})
            yield Event(number=number)

    yield events()


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, info: Info) -> AsyncIterator[Event]:
        stream: AsyncIterator[Event] = await open_stream(info.context, counting(info.context))
        return stream


def instances(kind: type) -> int:
    gc.collect()
    return sum(isinstance(each, kind) for each in gc.get_objects())


async def test_a_subscription_keeps_nothing_of_its_events() -> None:
    schema = schema_of(Query, None, Subscription)
    peer = world.peer_of(await world.open_school(), world.admin())
    async with aclosing(
        await schema.subscribe("subscription { count { number title } }", context_value=peer)
    ) as results:
        counted = {}
        async for result in results:
            assert result.errors is None
            assert result.data is not None
            number = result.data["count"]["number"]
            if number in (10, 200):
                counted[number] = (instances(CollectedFields), instances(Context), instances(Event))
            if number == 200:
                break
    assert counted[10] == counted[200]
