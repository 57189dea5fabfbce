"""GraphQL requests and their results, for all transports (HTTP, server-sent events, WebSocket)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData, process_result
from strawberry.types import ExecutionResult

from gateway.observability.access_entry import AccessEntry

LONGEST_AGE_MS = 2**31 - 1


class MalformedRequest(ValueError):
    """The input is not a GraphQL request that can be run. The message says why and does not quote the input; `status`
    is that of an HTTP response."""

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class GraphQLRequest(GraphQLRequestData):
    """A request. `query` is the text of its document, if it has one.

    `document_id` names a persisted document: `documentId` without `sha256:`, or the hash of
    `extensions.persistedQuery`. `trusted_name`: the name of the operation, where the document is a trusted one.
    `max_age`: the age of the oldest last good value that the request accepts (`extensions.freshness.maxAgeMs`).
    `registers`: the document is to be registered once it has turned out to be valid. `size`: how many characters or
    bytes the client sent, variables included. `entry`: that of the HTTP request or the socket in the access log.
    """

    document_id: str | None = None
    trusted_name: str | None = None
    registers: bool = False
    max_age: timedelta | None = None
    size: int = 0
    entry: AccessEntry | None = None

    @property
    def variables_size(self) -> int:
        """About the size of the variables: what the client sent beside the text."""
        return max(0, self.size - len(self.query or ""))

    @property
    def has_document(self) -> bool:
        """Whether there is a text, or an id of one."""
        return bool(self.query) or self.document_id is not None


def parse_request(given: object, *, size: int) -> GraphQLRequest:
    """The request in a decoded JSON value (GraphQL over HTTP, "Request Parameters") of this size. Raises
    `MalformedRequest`."""
    if isinstance(given, list):
        raise MalformedRequest("batches are not accepted: send a request for each operation")
    if not isinstance(given, dict):
        raise MalformedRequest("the request must be a JSON object")
    extensions = _part(given, "extensions", dict)
    return GraphQLRequest(
        query=_part(given, "query", str),
        variables=_part(given, "variables", dict),
        operation_name=_part(given, "operationName", str),
        extensions=extensions,
        document_id=_document_id(_part(given, "documentId", str), _part(extensions or {}, "persistedQuery", dict)),
        max_age=_max_age(_part(extensions or {}, "freshness", dict)),
        size=size,
    )


def _document_id(document_id: str | None, persisted_query: dict[str, Any] | None) -> str | None:
    ids = [] if document_id is None else [document_id.removeprefix("sha256:")]
    if persisted_query is not None:
        ids.append(_part(persisted_query, "sha256Hash", str) or "")
    if "" in ids:
        raise MalformedRequest("the id of a persisted document is missing")
    if len(set(ids)) > 1:
        raise MalformedRequest("documentId and persistedQuery name different documents")
    return ids[0] if ids else None


def _max_age(freshness: dict[str, Any] | None) -> timedelta | None:
    if freshness is None:
        return None
    milliseconds = freshness.get("maxAgeMs")
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool) or not 0 <= milliseconds <= LONGEST_AGE_MS:
        raise MalformedRequest(f"extensions.freshness has maxAgeMs, an integer from 0 to {LONGEST_AGE_MS:,}")
    return timedelta(milliseconds=milliseconds)


def _part(given: dict[str, Any], name: str, kind: type) -> Any:
    part = given.get(name)
    if part is not None and not isinstance(part, kind):
        raise MalformedRequest(f"{name} must be {'a string' if kind is str else 'an object'}")
    return part


def response_of(result: ExecutionResult) -> GraphQLHTTPResponse:
    """The response map of a result. A request error has no `data` entry (GraphQL spec, "Response Format")."""
    response = process_result(result)
    if result.data is None and result.errors and not any(error.path for error in result.errors):
        del response["data"]
    return response
