"""What a client is told when something goes wrong: a code it can act on, and nothing that is not its business."""

import logging
from uuid import uuid4

from graphql import GraphQLError

from stores.errors import CursorExpired, Rejected, RetryLater, StoreError

log = logging.getLogger("quadrangle.errors")


class RequestError(GraphQLError):
    """An error that is ours to tell, with its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, extensions={"code": code})


def forbidden() -> RequestError:
    """The one answer for what a viewer may not see and for what does not exist."""
    return RequestError("FORBIDDEN", "not found, or not yours to see")


def bad_input(message: str) -> RequestError:
    return RequestError("BAD_USER_INPUT", message)


def unauthenticated() -> RequestError:
    return RequestError("UNAUTHENTICATED", "the token has expired")


def client_message(error: StoreError) -> str:
    """A store's fault for a client: only what a store says of the request itself is told in its words."""
    return str(error) if isinstance(error, Rejected | CursorExpired) else f"{error.store} cannot answer just now"


def extensions_of(error: StoreError) -> dict[str, object]:
    """The `extensions` of a store's fault: its code, the store, and when to retry where the store says so."""
    if isinstance(error, RetryLater):
        return {"code": error.code, "store": error.store, "retryAfterMs": error.retry_after_ms}
    return {"code": error.code, "store": error.store}


def masked(error: GraphQLError) -> GraphQLError:
    """The error as a client may see it. What is not ours is masked and logged under the id that the client gets."""
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return error
    if isinstance(cause, StoreError):
        return _same_place(error, client_message(cause), extensions_of(cause))
    mark = uuid4().hex[:12]
    log.error("unexpected error %s", mark, exc_info=cause, extra={"error_id": mark})
    return _same_place(error, f"internal error {mark}", {"code": "INTERNAL", "id": mark})


def _same_place(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
