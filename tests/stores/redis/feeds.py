"""Live stores over Redis for tests: one beside others, one behind a proxy, and what the server says of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from stores.domain.updates import FeedKey, FeedKind
from stores.redis.client import open_redis
from stores.redis.live import RedisLive
from stores.redis.pubsub import PubSub
from tests.backends import Servers
from tests.proxy import Proxy, through_proxy
from tests.stores.samples import commit
from tests.stores.test_live import versions

LEARNER = FeedKey(FeedKind.LEARNER, "u1")
COURSE = FeedKey(FeedKind.COURSE, "c1")
SOON = timedelta(milliseconds=50)


@asynccontextmanager
async def far(
    servers: Servers, prefix: str, *, silence: timedelta = timedelta(minutes=1)
) -> AsyncIterator[tuple[Proxy, RedisLive]]:
    """The live store of another process, behind a proxy that may cut its connections. Its check for silence is off."""
    async with through_proxy(servers.redis_url) as (proxy, url), open_redis(url) as client:
        yield proxy, RedisLive(client, prefix=prefix, pubsub=PubSub(client, silence=silence))


async def first_cursor(live: RedisLive, topic: FeedKey = LEARNER) -> str:
    async with live.feed(topic, after=None) as feed:
        await live.publish([commit(1)])
        return (await anext(feed)).cursor


async def enter(live: RedisLive, after: str, topic: FeedKey = LEARNER) -> list[int]:
    """The versions after a cursor, up to a marker that is published now."""
    async with live.feed(topic, after=after) as feed:
        await live.publish([commit(10_000)])
        found: list[int] = []
        while not found or found[-1] != 10_000:
            found += await versions(feed, 1)
        return found[:-1]


async def subscriptions(client: Any) -> dict[str, int]:
    """The number of subscribed channels of each connection, by the server's id of the client."""
    return {each["id"]: int(each["sub"]) for each in await client.client_list() if int(each["sub"])}


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await holds():  # noqa: ASYNC110 - polls the server
            await asyncio.sleep(0.005)


async def subscribed(client: Any, channel: str, count: int) -> None:
    async def holds() -> bool:
        ((_, found),) = await client.pubsub_numsub(channel)
        return bool(found == count)

    await until(holds)
