"""The errors of all stores. Backends translate their drivers' errors into these, without the drivers' texts."""

from enum import Enum


class Fault(Enum):
    """What is wrong with a store, for its operator. Clients do not see it in errors."""

    UNREACHABLE = "UNREACHABLE"
    """No connection: the server is down, or the URL is wrong."""
    TIMEOUT = "TIMEOUT"
    BAD_CREDENTIALS = "BAD_CREDENTIALS"
    """A password is missing or wrong, or the user lacks a permission."""
    MIGRATIONS_PENDING = "MIGRATIONS_PENDING"
    """Tables, indexes or a database are missing."""
    NO_DATABASE = "NO_DATABASE"
    """The server has no database of the URL's name, and `migrate` cannot create it."""
    BAD_URL = "BAD_URL"
    OVERLOADED = "OVERLOADED"
    """The server is at a limit of its own."""
    REBUILDING = "REBUILDING"
    """What was read is being recomputed."""
    SLOW = "SLOW"
    """It answers, but late."""
    FAILED = "FAILED"
    """The server gave an answer that is not expected."""


class StoreError(Exception):
    """A store failed. `store` is the name of the port (`profiles` …), never a host or a URL; `code` is the GraphQL
    error code; `fault` is the reason for operators."""

    code = "STORE_ERROR"
    fault = Fault.FAILED

    def __init__(self, store: str, message: str) -> None:
        super().__init__(f"{store}: {message}")
        self.store = store


class Unavailable(StoreError):
    """The server cannot be reached, refused the connection, or disconnected."""

    code = "STORE_UNAVAILABLE"

    def __init__(self, store: str, message: str, *, fault: Fault = Fault.UNREACHABLE) -> None:
        super().__init__(store, message)
        self.fault = fault


class CircuitOpen(Unavailable):
    """The store failed lately, so nothing was sent to it. It is tried again after `retry_after_ms` milliseconds."""

    def __init__(self, store: str, *, retry_after_ms: int) -> None:
        super().__init__(store, "it failed lately and is tried again soon")
        self.retry_after_ms = retry_after_ms


class StaleRefused(Unavailable):
    """The store fails, and the last good value is older than the request accepts. `age_ms` is its age."""

    code = "STALE_REFUSED"

    def __init__(self, store: str, *, age_ms: int) -> None:
        super().__init__(store, f"the last good value is {age_ms} ms old: the request accepts no older ones")
        self.age_ms = age_ms


class TimedOut(StoreError):
    """The server did not answer in time. A write may have been applied."""

    code = "STORE_TIMEOUT"
    fault = Fault.TIMEOUT


class OutOfTime(TimedOut):
    """The operation had less time left than the store may take, so this says nothing of the store."""

    def __init__(self, store: str) -> None:
        super().__init__(store, "the operation has no time left")


def as_store_error(store: str, error: "StoreError | TimeoutError") -> StoreError:
    """The error of a call that had a time limit of `asyncio.timeout`."""
    return error if isinstance(error, StoreError) else TimedOut(store, "no answer in time")


class RetryLater(StoreError):
    """The store's queue of writes is full. Nothing was written; retry after `retry_after_ms` milliseconds."""

    code = "RETRY_LATER"

    def __init__(self, store: str, message: str, *, retry_after_ms: int) -> None:
        super().__init__(store, message)
        self.retry_after_ms = retry_after_ms


class Conflict(StoreError):
    """Other writers won. The whole operation may be repeated."""

    code = "CONFLICT"


class Rejected(StoreError):
    """The request is invalid, such as a malformed cursor or a value that the store cannot hold. Do not repeat it."""

    code = "BAD_USER_INPUT"


class ReadOnly(StoreError):
    """The store only reads: its data belong to another application."""

    code = "READ_ONLY"


class NotSupported(StoreError):
    """The store, as it is configured, does not answer this query: without an index it would read all rows."""

    code = "NOT_SUPPORTED_HERE"


class CursorExpired(StoreError):
    """The feed no longer has the updates after this cursor. Read the current state, then subscribe without a cursor."""

    code = "CURSOR_EXPIRED"
