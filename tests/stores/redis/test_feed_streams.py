"""Feeds as streams: round trips, expiry, trimming, and cursors that the stream no longer covers."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from stores.domain.updates import FEED_LENGTHS, FEED_TTL, FeedKind
from stores.errors import CursorExpired
from stores.feeds.feed_position import cursor_of, position_of
from stores.redis.feed_streams import NUMBER_TTL, STREAM_TTL
from stores.redis.live import RedisLive
from tests.backends import Servers, keys_of
from tests.proxy import ProxyMode
from tests.stores.redis.feeds import COURSE, LEARNER, enter, far, first_cursor
from tests.stores.samples import commit
from tests.stores.test_live import commits, publish, versions


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
    async with live.feed(LEARNER, after=cursor) as feed, live.feed(LEARNER, after=None) as received:
        epoch = (await client.get(f"{prefix}epoch")).decode()
        mark = await client.xadd(f"{prefix}f:learner:u1", {"u": b'[2,"new"]'})
        await client.publish(f"{prefix}f:learner:u1", f'{epoch} {mark.decode()} [2,"new"]')
        for each in (feed, received):
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
