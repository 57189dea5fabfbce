"""GraphQL requests and their results, for all transports (HTTP, server-sent events, WebSocket)."""

from typing import Any

from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData, process_result
from strawberry.types import ExecutionResult


class MalformedRequest(ValueError):
    """The input is not a GraphQL request. The message says why and does not quote the input."""


def parse_request(given: object) -> GraphQLRequestData:
    """The request in a decoded JSON value (GraphQL over HTTP, "Request Parameters"). Raises `MalformedRequest`."""
    if not isinstance(given, dict):
        raise MalformedRequest("the request must be a JSON object")
    return GraphQLRequestData(
        query=_part(given, "query", str),
        variables=_part(given, "variables", dict),
        operation_name=_part(given, "operationName", str),
        extensions=_part(given, "extensions", dict),
    )


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
