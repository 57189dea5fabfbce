"""A subscription may last for months: what an event leaves behind must not add up."""

import gc
from collections.abc import AsyncIterator
from contextlib import aclosing

import strawberry
from graphql.execution.collect_fields import CollectedFields

from resolvers.context import Context, Info
from resolvers.data.access_paths import LATEST
from resolvers.schema import schema_of
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


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, info: Info) -> AsyncIterator[Event]:
        for number in range(1_000):
            # Nothing is left of the event before.
            assert (info.context.loaders.batches, info.context.loaders._open) == ([], {})
            yield Event(number=number)


def kept(kind: type) -> int:
    gc.collect()
    return sum(isinstance(each, kind) for each in gc.get_objects())


async def test_a_subscription_keeps_nothing_of_its_events() -> None:
    schema = schema_of(Query, None, Subscription)
    peer = world.peer_of(await world.open_school(), world.admin())
    async with aclosing(
        await schema.subscribe("subscription { count { number title } }", context_value=peer)
    ) as events:
        counted = {}
        async for event in events:
            assert event.data is not None
            assert event.errors is None
            number = event.data["count"]["number"]
            if number in (10, 200):
                counted[number] = (kept(CollectedFields), kept(Context), kept(Event))
            if number == 200:
                break
    assert counted[10] == counted[200]
