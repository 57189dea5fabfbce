"""A database of Redis for each test, and a live store over it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from stores.redis.live import RedisLive
from tests.backends import Servers, fresh_redis


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[tuple[Any, str]]:
    async with fresh_redis(servers) as found:
        yield found


@pytest.fixture
def live(redis: tuple[Any, str]) -> RedisLive:
    return RedisLive(redis[0], prefix=redis[1])
