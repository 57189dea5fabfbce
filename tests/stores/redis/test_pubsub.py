"""Subscriptions: connections that are cut, killed or silent, and what is left behind."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from stores.domain.updates import FeedKey, FeedKind
from stores.errors import TimedOut, Unavailable
from stores.redis.live import RedisLive
from tests.backends import Servers
from tests.proxy import ProxyMode
from tests.stores.redis.feeds import COURSE, LEARNER, SOON, far, subscribed, subscriptions, until
from tests.stores.samples import commit
from tests.stores.test_live import publish, versions


async def test_a_cut_connection_loses_nothing_and_repeats_nothing(servers: Servers, redis: tuple[Any, str]) -> None:
    client, prefix = redis
    near = RedisLive(client, prefix=prefix)
    topics = [LEARNER, COURSE, FeedKey(FeedKind.LEARNER, "u2")]
    async with far(servers, prefix) as (proxy, live), AsyncExitStack() as stack:
        feeds = [await stack.enter_async_context(live.feed(topic, after=None)) for topic in topics]
        reading = [asyncio.ensure_future(versions(feed, 40)) for feed in feeds[:1]]
        for number in range(1, 41):
            if number % 10 == 3:
                proxy.switch(ProxyMode.CUT)
            if number % 10 == 6:
                proxy.switch(ProxyMode.PASS)
            await near.publish([commit(number)])
        assert await asyncio.gather(*reading) == [list(range(1, 41))]
        assert await versions(feeds[1], 40) == list(range(1, 41))
        await near.publish([commit(1, of=2), commit(41)])
        assert await versions(feeds[2], 1) == [1]
        assert await versions(feeds[0], 1) == [41]


async def test_lost_signals_are_reported_as_any_key(servers: Servers, redis: tuple[Any, str]) -> None:
    client, prefix = redis
    async with far(servers, prefix) as (proxy, live), live.signals("a") as signals:
        waiting = asyncio.ensure_future(anext(signals))
        proxy.switch(ProxyMode.CUT)
        await RedisLive(client, prefix=prefix).signal(["a"])
        proxy.switch(ProxyMode.PASS)
        assert await asyncio.wait_for(waiting, 30) is None, "the server is away"
        assert await asyncio.wait_for(anext(signals), 30) is None, "it is back"
        await live.signal(["a"])
        assert await asyncio.wait_for(anext(signals), 30) == frozenset("a")


async def test_a_silent_connection_is_replaced(servers: Servers, redis: tuple[Any, str]) -> None:
    client, prefix = redis
    async with far(servers, prefix, silence=SOON) as (proxy, live), live.feed(LEARNER, after=None) as feed:
        waiting = asyncio.ensure_future(anext(feed))
        before = await subscriptions(client)
        proxy.switch(ProxyMode.STALL)
        await RedisLive(client, prefix=prefix).publish([commit(1)])
        asked = proxy.chunks_sent

        async def asked_and_then_opened_anew() -> bool:
            return proxy.chunks_sent >= asked + 2

        await until(asked_and_then_opened_anew)
        proxy.switch(ProxyMode.PASS)
        assert (await asyncio.wait_for(waiting, 30)).version == 1

        async def left() -> bool:
            return not before.keys() & (await subscriptions(client)).keys()

        await until(left)


async def test_a_subscription_times_out(servers: Servers, redis: tuple[Any, str]) -> None:
    async with far(servers, redis[1]) as (proxy, live):
        async with live.feed(LEARNER, after=None):
            proxy.switch(ProxyMode.CUT)
            with pytest.raises((Unavailable, TimedOut)):
                async with live.feed(COURSE, after=None):
                    pass
            proxy.switch(ProxyMode.PASS)
        async with live.feed(COURSE, after=None):
            pass


async def test_a_killed_connection_is_replaced_for_every_channel(live: RedisLive, redis: tuple[Any, str]) -> None:
    client, _ = redis
    async with AsyncExitStack() as stack:
        topics = [FeedKey(FeedKind.LEARNER, f"u{number}") for number in range(1, 31)]
        feeds = [await stack.enter_async_context(live.feed(topic, after=None)) for topic in topics]
        before = await subscriptions(client)
        for again in (1, 2):
            assert await client.execute_command("CLIENT", "KILL", "TYPE", "pubsub") >= 1
            await live.publish([commit(again, of=number) for number in range(1, 31)])
            assert await asyncio.gather(*(versions(feed, 1) for feed in feeds)) == [[again]] * 30
        after = await subscriptions(client)
        assert sorted(after.values()) == sorted(before.values())
        assert not after.keys() & before.keys()


async def test_all_listeners_share_one_connection_and_leave_nothing(live: RedisLive, redis: tuple[Any, str]) -> None:
    client, _ = redis
    topics = [FeedKey(FeedKind.LEARNER, f"u{number}") for number in range(1, 505)]
    before = await subscriptions(client)
    async with AsyncExitStack() as stack:
        feeds = []
        everything = [*topics, COURSE, COURSE]
        # A hundred at a time: on a busy machine more time out in the queue of the connection pool.
        for start in range(0, len(everything), 100):
            enter = [
                stack.enter_async_context(live.feed(topic, after=None)) for topic in everything[start : start + 100]
            ]
            feeds += await asyncio.gather(*enter)
        (found,) = {key: count for key, count in (await subscriptions(client)).items() if key not in before}.values()
        assert found == 505
        await publish(live, [commit(1, of=number) for number in range(1, 505)])
        assert await asyncio.gather(*(versions(feed, 1) for feed in feeds[:504])) == [[1]] * 504
        assert await versions(feeds[504], 504) == await versions(feeds[505], 504) == [1] * 504

    async def no_more_than_before() -> bool:  # connections of other tests may end meanwhile
        return (await subscriptions(client)).keys() <= before.keys()

    await until(no_more_than_before)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_listeners_may_subscribe_and_unsubscribe_concurrently(live: RedisLive, redis: tuple[Any, str]) -> None:
    client, prefix = redis
    feed_key = f"{prefix}f:learner:u1"
    number = iter(range(1, 1_000))

    async def visit(rounds: int, *, turns: int) -> None:
        for _ in range(rounds):
            async with live.feed(LEARNER, after=None) as feed:
                await live.publish([commit(next(number))])
                assert (await asyncio.wait_for(anext(feed), 30)).registration.int == 1
            for _ in range(turns):
                await asyncio.sleep(0)

    await asyncio.gather(*(visit(10, turns=turns) for turns in range(12)))
    for turns in range(8):  # a subscriber that comes as the last one leaves
        await asyncio.gather(visit(2, turns=turns), visit(2, turns=turns + 1))
    assert asyncio.all_tasks() == {asyncio.current_task()}
    await subscribed(client, feed_key, 0)


async def test_a_cancelled_subscription_leaves_nothing(servers: Servers, redis: tuple[Any, str]) -> None:
    client, prefix = redis
    async with far(servers, prefix) as (proxy, live):
        proxy.switch(ProxyMode.STALL)
        for _ in range(3):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(live.feed(LEARNER, after=None).__aenter__(), 0.05)
        proxy.switch(ProxyMode.PASS)
        async with live.feed(LEARNER, after=None) as feed:
            await RedisLive(client, prefix=prefix).publish([commit(1)])
            assert await versions(feed, 1) == [1]
    await subscribed(client, f"{prefix}f:learner:u1", 0)
