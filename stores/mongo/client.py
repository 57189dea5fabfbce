"""The MongoDB client: it connects on first use, with short timeouts. Its errors are translated here."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import UTC, timedelta
from typing import Any

from bson.codec_options import CodecOptions
from bson.errors import InvalidDocument, InvalidStringData
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    InvalidOperation,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
    WriteError,
    WTimeoutError,
)

from stores.cancellation import preserve_cancellation
from stores.errors import Conflict, Fault, Rejected, StoreError, TimedOut, Unavailable
from stores.mongo.condition_waits import keep_waits_in_their_tasks

Document = dict[str, Any]
Database = AsyncDatabase[Document]

LEARNERS = "learners"
COURSES = "courses"
WRITE_CONFLICT = 112
REFUSALS = {
    13: "a password is required, or the user of the URL lacks a permission in MongoDB",
    18: "MongoDB refuses the user or the password: check that the URL has both",
}
"""What Unauthorized and AuthenticationFailed mean."""


@asynccontextmanager
async def open_mongo(
    url: str,
    *,
    find_within: timedelta = timedelta(milliseconds=500),
    connect_within: timedelta = timedelta(seconds=2),
    answer_within: timedelta = timedelta(seconds=10),
    heartbeat: timedelta = timedelta(seconds=1),
) -> AsyncIterator[Database]:
    """The database that the URL's path names (`quadrangle` unless it names one). Connects when first used.

    `find_within`: how long an operation looks for a server before it is `Unavailable` (the driver looks twice a
    second); `connect_within` bounds the driver's health checks, too, so it allows for a busy event loop; `heartbeat`:
    how soon these notice a server that came back.
    """
    keep_waits_in_their_tasks()
    try:
        client: AsyncMongoClient[Document] = AsyncMongoClient(
            url,
            appname="quadrangle",
            serverSelectionTimeoutMS=_ms(find_within),
            connectTimeoutMS=_ms(connect_within),
            waitQueueTimeoutMS=_ms(answer_within),
            socketTimeoutMS=_ms(answer_within),
            heartbeatFrequencyMS=_ms(heartbeat),
        )
    except (PyMongoError, ValueError, TypeError):
        # The driver's text quotes the URL, password and all.
        raise Rejected("mongodb", "the URL is malformed") from None
    utc: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)
    try:
        yield client.get_default_database("quadrangle", codec_options=utc)
    finally:
        await client.close()


def open_mongo_to_check(url: str) -> AbstractAsyncContextManager[Database]:
    """As `open_mongo`, for commands that run once: they wait for the first connection on a busy machine."""
    return open_mongo(url, find_within=timedelta(seconds=3))


def open_mongo_patiently(url: str) -> AbstractAsyncContextManager[Database]:
    """As `open_mongo`, for migrations: they wait for a server that is still starting, and for operations on a whole
    collection, such as building an index."""
    return open_mongo(url, find_within=timedelta(seconds=10), answer_within=timedelta(hours=1))


@contextmanager
def translate_errors(store: str) -> Iterator[None]:
    """Translate the driver's errors into `stores.errors`, without their text: it may quote data and credentials."""
    try:
        with preserve_cancellation():
            yield
    except (NetworkTimeout, ExecutionTimeout, WaitQueueTimeoutError, WTimeoutError):
        raise TimedOut(store, "no answer from MongoDB in time") from None
    except (ConnectionFailure, InvalidOperation):
        raise Unavailable(store, "MongoDB cannot be reached") from None
    except WriteError as error:
        raise Rejected(store, f"MongoDB cannot keep this (code {error.code})") from None
    except BulkWriteError as error:
        raise _of_bulk(store, error) from None
    except OperationFailure as error:
        if error.code == WRITE_CONFLICT:
            raise Conflict(store, "another writer was first") from None
        if error.code in REFUSALS:
            raise Unavailable(store, REFUSALS[error.code], fault=Fault.BAD_CREDENTIALS) from None
        raise Unavailable(store, f"MongoDB refused (code {error.code})", fault=Fault.FAILED) from None
    except PyMongoError as error:
        raise Unavailable(store, f"the driver gave up ({type(error).__name__})", fault=Fault.FAILED) from None
    except (InvalidDocument, InvalidStringData, UnicodeEncodeError, OverflowError):
        raise Rejected(store, "a value that MongoDB cannot keep") from None


def _of_bulk(store: str, error: BulkWriteError) -> StoreError:
    if failures := error.details["writeErrors"]:
        return Rejected(store, f"MongoDB cannot keep this (code {failures[0]['code']})")
    return Unavailable(store, "MongoDB did not confirm a write", fault=Fault.FAILED)


def _ms(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)
