"""Properties of sessions in Redis beyond the contract: errors, round trips, scripts and expiry."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from stores.domain.sessions import AWAY_FOR, LAST_SEEN_TTL, RESUME_POINT_TTL
from stores.errors import Rejected, Unavailable
from stores.redis.client import open_redis
from stores.redis.sessions import RedisSessions
from tests.backends import Servers, keys_of
from tests.clock import Clock
from tests.proxy import ProxyMode, through_proxy
from tests.stores.samples import REGISTRATION, beat, point, seconds

Call = Callable[[RedisSessions, Clock], Awaitable[object]]
CALLS: dict[str, Call] = {
    "ping": lambda sessions, clock: sessions.ping(),
    "by_learners": lambda sessions, clock: sessions.by_learners(["u", "v", "w"]),
    "presence": lambda sessions, clock: sessions.presence(["u", "v", "w"]),
    "online": lambda sessions, clock: sessions.online(["c1", "c2", "c3"]),
    "resume_points": lambda sessions, clock: sessions.resume_points([REGISTRATION] * 3),
    "unsaved": lambda sessions, clock: sessions.unsaved(most=10),
    "saved": lambda sessions, clock: sessions.saved([point(number, clock()) for number in range(20)]),
    "move": lambda sessions, clock: sessions.move(
        [point(number, clock()) for number in range(20)], gone=[(REGISTRATION, "s1")] * 20
    ),
    "touch": lambda sessions, clock: sessions.touch(
        [beat(f"u{number}", clock(), item_key="i") for number in range(20)]
    ),
    "end": lambda sessions, clock: sessions.end("s1", learner_id="u"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_a_missing_server_is_unavailable_and_not_named(call: Call, clock: Clock) -> None:
    async with open_redis("redis://:hush@127.0.0.1:1/0") as client:
        with pytest.raises(Unavailable) as caught:
            await call(RedisSessions(client, now=clock), clock)
        assert "hush" not in str(caught.value)
        assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize("url", ["redis://:hush@host:port/0", "redis://:hush@host/0?db=one", "hush"])
async def test_a_malformed_url_is_rejected_and_not_quoted(url: str) -> None:
    with pytest.raises(Rejected) as caught:
        async with open_redis(url):
            pass
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_every_call_is_one_round_trip(
    call: Call, servers: Servers, redis: tuple[Redis, str], clock: Clock
) -> None:
    async with through_proxy(servers.redis_url) as (proxy, url), open_redis(url) as client:
        sessions = RedisSessions(client, now=clock, prefix=redis[1])
        await call(sessions, clock)  # loads the script
        before = proxy.chunks_sent
        await call(sessions, clock)
        assert proxy.chunks_sent - before == 1


async def test_scripts_are_sent_again_to_a_server_that_lost_them(redis: tuple[Redis, str], clock: Clock) -> None:
    client, prefix = redis
    sessions = RedisSessions(client, now=clock, prefix=prefix)
    await sessions.touch([beat("u", clock())])
    await client.script_flush()
    await sessions.touch([beat("v", clock())])
    await client.script_flush()
    assert await sessions.end("s1", learner_id="u") is not None
    assert dict(await sessions.online(["c1"])) == {"c1": 1}


async def test_every_key_expires(redis: tuple[Redis, str], clock: Clock) -> None:
    client, prefix = redis
    sessions = RedisSessions(client, now=clock, prefix=prefix)
    age = seconds(20)
    await sessions.touch([beat("u", clock() - age, item_key="i"), beat("v", clock() - age)])
    await sessions.end("s1", learner_id="u")
    kept = {key.decode().removeprefix(prefix): await client.pttl(key) for key in await keys_of(client, prefix)}
    limits = {"l:u": LAST_SEEN_TTL, "l:v": LAST_SEEN_TTL, f"r:{REGISTRATION}": RESUME_POINT_TTL, "c:c1": AWAY_FOR}
    waiting = timedelta(milliseconds=kept.pop("unsaved"))
    assert RESUME_POINT_TTL - seconds(10) < waiting <= RESUME_POINT_TTL
    assert kept.keys() == limits.keys()
    for key, limit in limits.items():
        left = timedelta(milliseconds=kept[key])
        assert limit - age - seconds(10) < left <= limit - age


async def test_absent_learners_leave_the_set_of_the_course(redis: tuple[Redis, str], clock: Clock) -> None:
    client, prefix = redis
    sessions = RedisSessions(client, now=clock, prefix=prefix)
    await sessions.touch([beat(f"u{number}", clock()) for number in range(50)])
    clock.forward(AWAY_FOR)
    await sessions.touch([beat("u0", clock())])
    assert await client.zcard(f"{prefix}c:c1") == 1


async def test_text_that_is_not_unicode_is_rejected(redis: tuple[Redis, str], clock: Clock) -> None:
    client, prefix = redis
    sessions = RedisSessions(client, now=clock, prefix=prefix)
    for asked in (
        sessions.touch([beat("\ud800", clock())]),
        sessions.touch([beat("u", clock(), device="\ud800")]),
        sessions.by_learners(["\ud800"]),
        sessions.end("\ud800", learner_id="u"),
    ):
        with pytest.raises(Rejected):
            await asked
    assert await keys_of(client, prefix) == []


async def test_a_cancelled_call_does_not_affect_others(
    servers: Servers, redis: tuple[Redis, str], clock: Clock
) -> None:
    async with through_proxy(servers.redis_url) as (proxy, url), open_redis(url) as client:
        sessions = RedisSessions(client, now=clock, prefix=redis[1])
        await sessions.touch([beat("u", clock()), beat("v", clock(), session_id="s2")])
        proxy.switch(ProxyMode.STALL)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(sessions.by_learners(["u"]), 0.05)
        proxy.switch(ProxyMode.PASS)
        found = await sessions.by_learners(["v"])
        assert [session.session_id for session in found.values()] == ["s2"]
