"""The Redis client: it connects on first use, with short timeouts. Its errors are translated here."""

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
    OutOfMemoryError,
    RedisError,
    ResponseError,
    TimeoutError,
)

from stores.backoff import Backoff
from stores.cancellation import preserve_cancellation
from stores.errors import Fault, Rejected, TimedOut, Unavailable

MAX_CONNECTIONS = 32
MILLISECOND = timedelta(milliseconds=1)
CLOSED = "the handler is closed"
"""What uvloop says of a connection that the server has closed before the driver writes to it. It has no error of its
own for that."""
Argument = str | int | bytes
"""An argument of a script."""


@asynccontextmanager
async def open_redis(
    url: str,
    *,
    connect_within: timedelta = timedelta(milliseconds=750),
    answer_within: timedelta = timedelta(seconds=2),
) -> AsyncIterator[Redis]:
    """A client whose replies are bytes. It connects on first use and reconnects after a loss. `Rejected`: malformed
    URL."""
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=MAX_CONNECTIONS,
            timeout=answer_within.total_seconds(),
            socket_connect_timeout=connect_within.total_seconds(),
            socket_timeout=answer_within.total_seconds(),
            # Retry once at once, for a pooled connection that died unnoticed; report a server that is away without
            # delay.
            retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
        )
        # This does not connect; it validates the options of the URL.
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
def translate_errors(store: str) -> Iterator[None]:
    """Translate the driver's errors into `stores.errors`, without their text: it may quote data and credentials."""
    try:
        with preserve_cancellation():
            yield
    except TimeoutError:
        raise TimedOut(store, "no answer from Redis in time") from None
    except (AuthenticationError, NoPermissionError) as error:
        raise Unavailable(store, _refusal(error), fault=Fault.BAD_CREDENTIALS) from None
    except ConnectionError:
        raise Unavailable(store, "Redis cannot be reached") from None
    except RuntimeError as error:
        if CLOSED not in str(error):
            raise
        raise Unavailable(store, "Redis cannot be reached") from None
    except (DataError, UnicodeEncodeError):
        raise Rejected(store, "a value that Redis cannot keep") from None
    except ResponseError as error:
        fault = Fault.OVERLOADED if isinstance(error, OutOfMemoryError) else Fault.FAILED
        raise Unavailable(store, f"Redis refused ({type(error).__name__})", fault=fault) from None
    except RedisError as error:
        raise Unavailable(store, f"the driver gave up ({type(error).__name__})", fault=Fault.FAILED) from None


def _refusal(error: RedisError) -> str:
    """Why Redis refuses the credentials, without its text, which may name the user."""
    if isinstance(error, NoPermissionError):
        return "the user of the URL lacks a permission in Redis"
    if error.status_code == "NOAUTH":
        return "a password is required: the URL has none"
    return "Redis refuses the user or the password: check that the URL has both"


def reconnect_backoff() -> Backoff:
    """Delays between attempts to reach a server that is away."""
    return Backoff(first=timedelta(milliseconds=50), longest=timedelta(seconds=1), jitter=0.9)
