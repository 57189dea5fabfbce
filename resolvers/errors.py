"""The errors that clients see: each with a code that they can act on, none with text that may be secret."""

import logging
from uuid import uuid4

from graphql import GraphQLError, GraphQLSyntaxError

from resolvers.error_codes import ErrorCode
from stores.errors import (
    CircuitOpen,
    CursorExpired,
    NotSupported,
    ReadOnly,
    Rejected,
    RetryLater,
    StaleRefused,
    StoreError,
)

log = logging.getLogger("quadrangle.errors")
LONGEST_MESSAGE = 300
"""Characters. graphql-core's messages repeat parts of the request, which may be long, once for each error."""


class RequestError(GraphQLError):
    """A request that the graph refuses: a top-level GraphQL error with `extensions.code`."""

    def __init__(self, code: ErrorCode, message: str, **details: object) -> None:
        """`details` are further members of `extensions`."""
        super().__init__(shortened(message), extensions={"code": code, **details})


def shortened(message: str) -> str:
    """The message, cut after `LONGEST_MESSAGE` characters."""
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}…"


def forbidden() -> RequestError:
    """FORBIDDEN, for a record that the viewer may not see and for one that does not exist: they must look the same."""
    return RequestError(ErrorCode.FORBIDDEN, "not found, or you may not see it")


def not_found() -> RequestError:
    """NOT_FOUND, for a viewer who may see everything."""
    return RequestError(ErrorCode.NOT_FOUND, "not found")


def bad_input(message: str) -> RequestError:
    """BAD_USER_INPUT: the message says what is wrong with the request."""
    return RequestError(ErrorCode.BAD_USER_INPUT, message)


def unauthenticated(message: str = "the token has expired") -> RequestError:
    """UNAUTHENTICATED, for an operation that outlives its token, or that needs one."""
    return RequestError(ErrorCode.UNAUTHENTICATED, message)


def client_message(error: StoreError) -> str:
    """The message of a store's error for a client. Only errors about the request itself keep the store's text."""
    if isinstance(error, StaleRefused | Rejected | CursorExpired | ReadOnly | NotSupported):
        return str(error)
    return f"{error.store} is temporarily unavailable"


def extensions_of(error: StoreError) -> dict[str, object]:
    """The `extensions` of a store's error: its code, the store, and when to retry where the store says so."""
    if isinstance(error, RetryLater | CircuitOpen):
        return {"code": error.code, "store": error.store, "retryAfterMs": error.retry_after_ms}
    if isinstance(error, StaleRefused):
        return {"code": error.code, "store": error.store, "ageMs": error.age_ms}
    return {"code": error.code, "store": error.store}


def as_graphql_error(error: BaseException) -> GraphQLError:
    """The error, or an error of GraphQL with it as its cause."""
    if isinstance(error, GraphQLError):
        return error
    cause = error if isinstance(error, Exception) else RuntimeError(repr(error))
    return GraphQLError(str(cause), original_error=cause)


def masked(error: GraphQLError, incidents: dict[Exception, str] | None = None) -> GraphQLError:
    """The error as a client may see it, with a code. An unexpected error becomes INTERNAL with an id, and is logged
    with that id. `incidents`: those that are logged already, by their cause: one may be the error of many fields."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if isinstance(cause, StoreError):
        return _located_like(error, client_message(cause), extensions_of(cause))
    if isinstance(cause, GraphQLError):
        if "code" in (error.extensions or {}):
            return error
        if (code := _code_of_request_fault(error, cause)) is not None:
            return _located_like(error, shortened(error.message), {"code": code})
    known = {} if incidents is None else incidents
    if (error_id := known.get(cause)) is None:
        error_id = known[cause] = uuid4().hex[:12]
        log.error("unexpected error %s", error_id, exc_info=cause, extra={"error_id": error_id})
    return _located_like(error, f"internal error {error_id}", {"code": ErrorCode.INTERNAL, "id": error_id})


def _code_of_request_fault(error: GraphQLError, cause: GraphQLError) -> ErrorCode | None:
    """The code of an error of graphql-core about the request: its syntax, its validity, or an argument's value. None
    for one about a value that a resolver returned."""
    if isinstance(error, GraphQLSyntaxError):
        return ErrorCode.GRAPHQL_PARSE_FAILED
    if error.path is None:  # a field's error has a path
        return ErrorCode.GRAPHQL_VALIDATION_FAILED
    return ErrorCode.BAD_USER_INPUT if cause.nodes else None


def _located_like(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
