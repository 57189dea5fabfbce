"""GraphQL requests and their results, for all transports (HTTP, server-sent events, WebSocket)."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from typing import Any

from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData, process_result
from strawberry.schema import BaseSchema
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from resolvers.context import Peer


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


async def run_operation(
    schema: BaseSchema,
    peer: Peer,
    request: GraphQLRequestData,
    allowed: Collection[OperationType] = tuple(OperationType),
) -> AsyncGenerator[GraphQLHTTPResponse, None]:
    """Yield the response to a query or mutation, or one for each event of a subscription. Closing the generator ends
    the subscription."""
    results = await schema.stream(
        request.query,
        variable_values=request.variables,
        context_value=peer,
        operation_name=request.operation_name,
        operation_extensions=request.extensions,
        allowed_operation_types=allowed,
    )
    async with aclosing(results):
        async for result in results:
            yield response_of(result)  # type: ignore[arg-type]  # @defer and @stream are not in the schema
            # A source that always has an event, and a client whose buffer always has room, would never suspend this
            # task: no other task would run.
            await asyncio.sleep(0)
