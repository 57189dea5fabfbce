"""The driver's errors as ours. Their texts quote rows and hosts, so they end here: messages are our own words."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from stores.cancellation import preserve_cancellation
from stores.errors import Conflict, Rejected, StoreError, TimedOut, Unavailable

AGAIN = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.StatementCompletionUnknownError,  # may have committed: every write of ours may be repeated
    asyncpg.InvalidCachedStatementError,  # a migration changed a table under a prepared statement
)
"""What a transaction is begun anew for."""

MADE_MEANWHILE = (asyncpg.UniqueViolationError, asyncpg.DuplicateTableError, asyncpg.DuplicateObjectError)
"""What PostgreSQL may say of CREATE … IF NOT EXISTS when another one makes the same at the same moment."""


@contextmanager
def translated(store: str) -> Iterator[None]:
    try:
        with preserve_cancellation():
            yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, UnicodeError) as error:
        raise translation(store, error) from None


def translation(store: str, error: Exception) -> StoreError:
    match error:
        case TimeoutError() | asyncpg.QueryCanceledError():
            return TimedOut(store, "no answer in time")
        case asyncpg.IdleInTransactionSessionTimeoutError() | asyncpg.TransactionTimeoutError():
            return TimedOut(store, "the transaction took too long")
        case OSError() | asyncpg.PostgresConnectionError() | asyncpg.OperatorInterventionError():
            return Unavailable(store, "the server cannot be reached or went away")
        case asyncpg.ClientConfigurationError():
            return Unavailable(store, "the server's URL is not a valid one")
        case asyncpg.InvalidAuthorizationSpecificationError():
            return Unavailable(store, "the server refuses the user or the password: check that the URL has both")
        case asyncpg.InvalidCatalogNameError():
            return Unavailable(store, "there is no database of this name: check the URL")
        case asyncpg.InsufficientResourcesError():
            return Unavailable(store, "the server has no room for more")
        case asyncpg.UndefinedTableError() | asyncpg.UndefinedColumnError():
            return Unavailable(store, "the tables are missing or old: migrate first")
        case asyncpg.TransactionRollbackError() | asyncpg.InvalidCachedStatementError():
            return Conflict(store, "other writers kept winning")
        # The driver's own DataError is an InterfaceError and a ValueError, too.
        case asyncpg.ProgramLimitExceededError():  # such as an index entry of more than a third of a page
            return Rejected(store, "a value that is too long")
        case ValueError() | asyncpg.DataError() | asyncpg.IntegrityConstraintViolationError():
            return Rejected(store, "a value that cannot be kept")
        case asyncpg.PostgresError():
            return StoreError(store, f"unexpected answer of the server (SQLSTATE {error.sqlstate})")
        case _:
            return Unavailable(store, "the connection was lost")
