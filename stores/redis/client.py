"""The Redis client: opened lazily, with short deadlines; its errors translated in one place."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    ConnectionError,
    DataError,
    NoPermissionError,
    RedisError,
    ResponseError,
    TimeoutError,
)

from stores.backoff import Backoff
from stores.cancellation import preserve_cancellation
from stores.errors import Rejected, TimedOut, Unavailable

MOST_CONNECTIONS = 32
MILLISECOND = timedelta(milliseconds=1)
Argument = str | int | bytes
"""Of a script."""


@asynccontextmanager
async def open_redis(
    url: str,
    *,
    connect_within: timedelta = timedelta(milliseconds=750),
    answer_within: timedelta = timedelta(seconds=2),
) -> AsyncIterator[Redis]:
    """A client whose answers are bytes. Connects when first used, and again after a loss."""
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=MOST_CONNECTIONS,
            timeout=answer_within.total_seconds(),
            socket_connect_timeout=connect_within.total_seconds(),
            socket_timeout=answer_within.total_seconds(),
            # Once more at once, for a connection that died unseen; a server that is gone is told without delay.
            retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
        )
        # It connects nowhere, but has an opinion about the URL's options.
        pool.make_connection()  # type: ignore[no-untyped-call]
    except (RedisError, ValueError, TypeError):
        # The driver's text may quote the URL, password and all.
        raise Rejected("redis", "the URL is malformed") from None
    client = Redis.from_pool(pool)
    try:
        yield client
    finally:
        await client.aclose()


@contextmanager
def translated(store: str) -> Iterator[None]:
    """What the driver raises, in the words of `stores.errors`, without its text: that may quote what it was sent."""
    try:
        with preserve_cancellation():
            yield
    except TimeoutError:
        raise TimedOut(store, "no answer from Redis in time") from None
    except (AuthenticationError, NoPermissionError):
        raise Unavailable(store, "Redis refuses the user or the password: check that the URL has both") from None
    except ConnectionError:
        raise Unavailable(store, "Redis cannot be reached") from None
    except (DataError, UnicodeEncodeError):
        raise Rejected(store, "a value that Redis cannot keep") from None
    except ResponseError as error:
        raise Unavailable(store, f"Redis refused ({type(error).__name__})") from None
    except RedisError as error:
        raise Unavailable(store, f"the driver gave up ({type(error).__name__})") from None


def reconnect_backoff() -> Backoff:
    """Delays between attempts to reach a server that is away."""
    return Backoff(first=timedelta(milliseconds=50), longest=timedelta(seconds=1), jitter=0.9)
