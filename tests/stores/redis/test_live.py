"""Properties of the Redis feeds beyond the contract: cursors, broken connections, and what is left behind."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.embedded.loopback import free_ports
from gateway.embedded.valkey import installed_valkey
from stores.domain.updates import FEED_LENGTHS, FEED_TTL, FeedKey, FeedKind, Update
from stores.errors import CursorExpired, Rejected, TimedOut, Unavailable
from stores.feeds.feed_position import cursor_of, position_of
from stores.redis.client import open_redis
from stores.redis.feed_streams import NUMBER_TTL, STREAM_TTL
from stores.redis.live import RedisLive
from stores.redis.pubsub import PubSub
from tests.backends import Servers, fresh_redis, keys_of
from tests.proxy import Proxy, ProxyMode, through_proxy
from tests.stores.samples import commit
from tests.stores.test_live import commits, publish, versions

LEARNER = FeedKey(FeedKind.LEARNER, "u1")
COURSE = FeedKey(FeedKind.COURSE, "c1")
SOON = timedelta(milliseconds=50)


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[tuple[Any, str]]:
    async with fresh_redis(servers) as found:
        yield found


@pytest.fixture
def live(redis: tuple[Any, str]) -> RedisLive:
    return RedisLive(redis[0], prefix=redis[1])


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


CALLS: dict[str, Callable[[RedisLive], Awaitable[object]]] = {
    "ping": lambda live: live.ping(),
    "publish": lambda live: live.publish([commit(1)]),
    "feed": lambda live: live.feed(LEARNER, after=None).__aenter__(),
    "signal": lambda live: live.signal(["a"]),
    "signals": lambda live: live.signals("a").__aenter__(),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_a_missing_server_is_unavailable_and_leaves_no_task(
    call: Callable[[RedisLive], Awaitable[object]],
) -> None:
    async with open_redis("redis://:hush@127.0.0.1:1/0") as client:
        with pytest.raises(Unavailable) as caught:
            await call(RedisLive(client))
        assert "hush" not in str(caught.value)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_text_that_is_not_unicode_is_rejected(live: RedisLive, redis: tuple[Any, str]) -> None:
    for asked in (
        live.publish([commit(1, learner_id="\ud800")]),
        live.feed(FeedKey(FeedKind.COURSE, "\ud800"), after=None).__aenter__(),
        live.signals("\ud800").__aenter__(),
        live.signal(["\ud800"]),
    ):
        with pytest.raises(Rejected):
            await asked
    assert await keys_of(*redis) == []


async def test_a_batch_is_one_round_trip(servers: Servers, redis: tuple[Any, str]) -> None:
    async with far(servers, redis[1]) as (proxy, live):
        await live.publish([commit(1)])
        before = proxy.chunks_sent
        await live.publish([commit(number, of=of) for of in range(1, 5) for number in range(2, 7)])
        assert proxy.chunks_sent - before == 1


async def test_every_key_but_the_epoch_expires(live: RedisLive, redis: tuple[Any, str]) -> None:
    client, prefix = redis
    await live.publish([commit(1)])
    kept = {key.decode().removeprefix(prefix): await client.pttl(key) for key in await keys_of(client, prefix)}
    assert kept.pop("epoch") == -1
    limits = {"f:learner:u1": STREAM_TTL, "f:course:c1": STREAM_TTL, f"n:{commit(1).registration.hex}": NUMBER_TTL}
    assert kept.keys() == limits.keys()
    for key, limit in limits.items():
        assert limit - timedelta(seconds=10) < timedelta(milliseconds=kept[key]) <= limit
    assert STREAM_TTL > FEED_TTL


async def test_a_feed_is_trimmed_to_about_its_length(live: RedisLive, redis: tuple[Any, str]) -> None:
    client, prefix = redis
    length = FEED_LENGTHS[FeedKind.LEARNER]
    await publish(live, commits(1, length + 300))
    assert length <= await client.xlen(f"{prefix}f:learner:u1") < length + 200
    assert await client.xlen(f"{prefix}f:course:c1") == length + 300


async def test_a_cursor_from_before_a_data_loss_has_expired(live: RedisLive, redis: tuple[Any, str]) -> None:
    client, prefix = redis
    cursor = await first_cursor(live)
    for again in (False, True):
        await client.delete(*await keys_of(client, prefix))
        if again:
            await live.publish([commit(1)])
        with pytest.raises(CursorExpired):
            await enter(live, cursor)


async def test_a_cursor_whose_stream_expired_has_expired(live: RedisLive, redis: tuple[Any, str]) -> None:
    client, prefix = redis
    cursor = await first_cursor(live)
    assert await enter(live, cursor) == []
    await client.delete(f"{prefix}f:learner:u1")
    with pytest.raises(CursorExpired):
        await enter(live, cursor)
    await live.publish([commit(20_000)])
    with pytest.raises(CursorExpired):
        await enter(live, cursor)


async def test_a_cursor_ahead_of_its_feed_has_expired(live: RedisLive) -> None:
    cursor = await first_cursor(live)
    epoch, (first, second) = position_of(LEARNER, cursor)
    assert await enter(live, cursor_of(LEARNER, epoch, (first, second))) == []
    with pytest.raises(CursorExpired):
        await enter(live, cursor_of(LEARNER, epoch, (first + 3_600_000, second)))
    with pytest.raises(CursorExpired):
        await enter(live, cursor_of(LEARNER, "another", (first, second)))


async def test_the_oldest_stored_update_is_the_oldest_cursor(live: RedisLive, redis: tuple[Any, str]) -> None:
    client, prefix = redis
    await publish(live, commits(1, FEED_LENGTHS[FeedKind.LEARNER] + 300))
    epoch = (await client.get(f"{prefix}epoch")).decode()
    ((mark, _),) = await client.xrange(f"{prefix}f:learner:u1", count=1)
    first, second = map(int, mark.split(b"-"))
    length = await client.xlen(f"{prefix}f:learner:u1")
    assert len(await enter(live, cursor_of(LEARNER, epoch, (first, second)))) == length - 1
    with pytest.raises(CursorExpired):
        await enter(live, cursor_of(LEARNER, epoch, (first - 1, second)))


async def test_an_update_of_another_version_ends_the_feed(live: RedisLive, redis: tuple[Any, str]) -> None:
    client, prefix = redis
    cursor = await first_cursor(live)
    async with live.feed(LEARNER, after=cursor) as feed, live.feed(LEARNER, after=None) as heard:
        epoch = (await client.get(f"{prefix}epoch")).decode()
        mark = await client.xadd(f"{prefix}f:learner:u1", {"u": b'[2,"new"]'})
        await client.publish(f"{prefix}f:learner:u1", f'{epoch} {mark.decode()} [2,"new"]')
        for each in (feed, heard):
            with pytest.raises(CursorExpired):
                await asyncio.wait_for(anext(each), 30)


async def test_a_data_loss_ends_the_listeners(servers: Servers, redis: tuple[Any, str]) -> None:
    client, prefix = redis
    near = RedisLive(client, prefix=prefix)
    async with far(servers, prefix) as (proxy, live):
        async with live.feed(LEARNER, after=None) as stays, live.feed(COURSE, after=None) as cut:
            await near.publish([commit(1)])
            assert await versions(stays, 1) == await versions(cut, 1) == [1]
            await client.delete(*await keys_of(client, prefix))
            await near.publish([commit(1)])
            with pytest.raises(CursorExpired):
                await versions(stays, 1)
        async with live.feed(LEARNER, after=None) as feed:
            waiting = asyncio.ensure_future(anext(feed))
            await asyncio.sleep(0)
            proxy.switch(ProxyMode.CUT)
            await client.delete(*await keys_of(client, prefix))
            proxy.switch(ProxyMode.PASS)
            with pytest.raises(CursorExpired):
                await asyncio.wait_for(waiting, 30)


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


async def test_acknowledged_updates_survive_a_kill(tmp_path: Path) -> None:
    port = free_ports(["redis"], {}, tmp_path)["redis"]
    url = f"redis://127.0.0.1:{port}/0"

    async def start() -> asyncio.subprocess.Process:
        command = installed_valkey().command(tmp_path, port)
        return await asyncio.create_subprocess_exec(*command.arguments, stdout=asyncio.subprocess.DEVNULL)

    async def answers() -> bool:
        return await installed_valkey().answers(port)

    process = await start()
    try:
        await until(answers)
        async with open_redis(url) as client:
            live = RedisLive(client)
            async with live.feed(LEARNER, after=None) as feed:
                cursor = ""
                for number in range(1, 101):
                    await live.publish([commit(number)])
                    update: Update = await anext(feed)
                    cursor = cursor or update.cursor
                process.kill()
                await process.wait()
                process = await start()
                await until(answers)
                await live.publish([commit(100), commit(101)])
                assert await versions(feed, 1) == [101]
            async with live.feed(LEARNER, after=cursor) as feed:
                assert await versions(feed, 100) == list(range(2, 102))
    finally:
        process.kill()
        await process.wait()
