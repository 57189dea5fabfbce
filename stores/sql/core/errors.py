"""Translate the driver's errors into `stores.errors`. The driver's texts quote rows and hosts, so they are dropped."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from stores.cancellation import preserve_cancellation
from stores.errors import Conflict, Fault, Rejected, StoreError, TimedOut, Unavailable

RETRYABLE_ERRORS = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.StatementCompletionUnknownError,  # it may have committed; every write here may be repeated
    asyncpg.InvalidCachedStatementError,  # a migration changed a table under a prepared statement
)
"""Errors after which a transaction is run again."""

ALREADY_EXISTS_ERRORS = (asyncpg.UniqueViolationError, asyncpg.DuplicateTableError, asyncpg.DuplicateObjectError)
"""Errors of CREATE … IF NOT EXISTS in PostgreSQL if another session creates the same object at that moment."""


@contextmanager
def translate_errors(store: str) -> Iterator[None]:
    """Raise the driver's errors of the block as a `StoreError` of this store."""
    try:
        with preserve_cancellation():
            yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, UnicodeError) as error:
        raise to_store_error(store, error) from None


def to_store_error(store: str, error: Exception) -> StoreError:
    """The `StoreError` for an error of the driver."""
    match error:
        case TimeoutError() | asyncpg.QueryCanceledError():
            return TimedOut(store, "no answer in time")
        case asyncpg.IdleInTransactionSessionTimeoutError() | asyncpg.TransactionTimeoutError():
            return TimedOut(store, "the transaction took too long")
        case OSError() | asyncpg.PostgresConnectionError() | asyncpg.OperatorInterventionError():
            return Unavailable(store, "the server cannot be reached or went away")
        case asyncpg.ClientConfigurationError():
            return Unavailable(store, "the server's URL is not a valid one", fault=Fault.BAD_URL)
        case asyncpg.InvalidAuthorizationSpecificationError():
            return Unavailable(
                store,
                "the server refuses the user or the password: check that the URL has both",
                fault=Fault.BAD_CREDENTIALS,
            )
        case asyncpg.InsufficientPrivilegeError():
            return Unavailable(
                store, "the user of the URL lacks a permission on the tables", fault=Fault.BAD_CREDENTIALS
            )
        case asyncpg.InvalidCatalogNameError():
            return Unavailable(store, "there is no database of this name: check the URL", fault=Fault.NO_DATABASE)
        case asyncpg.InsufficientResourcesError():
            return Unavailable(store, "the server has no room for more", fault=Fault.OVERLOADED)
        case asyncpg.UndefinedTableError() | asyncpg.UndefinedColumnError():
            return Unavailable(
                store, "tables are missing or old: run `quadrangle migrate`", fault=Fault.MIGRATIONS_PENDING
            )
        case asyncpg.TransactionRollbackError() | asyncpg.InvalidCachedStatementError():
            return Conflict(store, "other writers kept winning")
        case asyncpg.UniqueViolationError():  # statements name the keys that may be taken: this is a bug
            return StoreError(store, "a row that must be unique exists already")
        # The driver's own DataError is an InterfaceError and a ValueError, too.
        case asyncpg.ProgramLimitExceededError():  # such as an index entry of more than a third of a page
            return Rejected(store, "a value that is too long")
        case ValueError() | asyncpg.DataError() | asyncpg.IntegrityConstraintViolationError():
            return Rejected(store, "a value that cannot be kept")
        case asyncpg.PostgresError():
            return StoreError(store, f"unexpected answer of the server (SQLSTATE {error.sqlstate})")
        case _:
            return Unavailable(store, "the connection was lost")
