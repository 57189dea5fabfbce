"""All that may leave a store: a backend translates its driver's errors into these, and nothing else."""


class StoreError(Exception):
    """A store could not do what it was asked. `store` is the port's name (`profiles`), never a host or a URL."""

    code = "STORE_ERROR"

    def __init__(self, store: str, message: str) -> None:
        super().__init__(f"{store}: {message}")
        self.store = store


class Unavailable(StoreError):
    """The server cannot be reached, refuses us, or went away in the middle."""

    code = "STORE_UNAVAILABLE"


class TimedOut(StoreError):
    """No answer within the deadline."""

    code = "STORE_TIMEOUT"


class RetryLater(StoreError):
    """The store's queue of writes is full. Nothing was written; retry after `retry_after_ms` milliseconds."""

    code = "RETRY_LATER"

    def __init__(self, store: str, message: str, *, retry_after_ms: int) -> None:
        super().__init__(store, message)
        self.retry_after_ms = retry_after_ms


class Conflict(StoreError):
    """Another writer was first: the whole operation may be tried again."""

    code = "CONFLICT"


class Rejected(StoreError):
    """The request itself is wrong (a malformed cursor, a value the store cannot keep); trying again does not help."""

    code = "BAD_USER_INPUT"


class CursorExpired(StoreError):
    """What came after this cursor is not kept any more: read the state afresh, and watch on without a cursor."""

    code = "CURSOR_EXPIRED"
