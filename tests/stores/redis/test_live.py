"""Properties of live in Redis beyond the contract: missing servers, text that is not Unicode, durability."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.embedded.loopback import free_ports
from gateway.embedded.valkey import installed_valkey
from stores.domain.updates import FeedKey, FeedKind, Update
from stores.errors import Rejected, Unavailable
from stores.redis.client import open_redis
from stores.redis.live import RedisLive
from tests.backends import keys_of
from tests.stores.redis.feeds import LEARNER, until
from tests.stores.samples import commit
from tests.stores.test_live import versions

CALLS: dict[str, Callable[[RedisLive], Awaitable[object]]] = {
    "ping": lambda live: live.ping(),
    "publish": lambda live: live.publish([commit(1)]),
    "feed": lambda live: live.feed(LEARNER, after=None).__aenter__(),
    "signal": lambda live: live.signal(["a"]),
    "announce": lambda live: live.announce("a", ["b"]),
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
        live.announce("a", ["\ud800"]),
    ):
        with pytest.raises(Rejected):
            await asked
    assert await keys_of(*redis) == []


async def test_acknowledged_updates_survive_a_kill(tmp_path: Path) -> None:
    port = free_ports(["redis"], {}, tmp_path)["redis"]
    valkey = installed_valkey()
    await valkey.prepare(tmp_path)
    url = valkey.url(tmp_path, port)

    async def start() -> asyncio.subprocess.Process:
        command = valkey.command(tmp_path, port)
        return await asyncio.create_subprocess_exec(*command.arguments, stdout=asyncio.subprocess.DEVNULL)

    async def answers() -> bool:
        return await valkey.answers(tmp_path, port)

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
