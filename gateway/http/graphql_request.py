"""What every transport has in common: the parts of a GraphQL request, and the answers it gets."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from typing import Any

from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData, process_result
from strawberry.schema import BaseSchema
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from resolvers.context import Peer


class Malformed(ValueError):
    """What was sent is no GraphQL request; the text says why and quotes nothing."""


def request_of(given: object) -> GraphQLRequestData:
    if not isinstance(given, dict):
        raise Malformed("the request must be a JSON object")
    return GraphQLRequestData(
        query=_part(given, "query", str),
        variables=_part(given, "variables", dict),
        operation_name=_part(given, "operationName", str),
        extensions=_part(given, "extensions", dict),
    )


def _part(given: dict[str, Any], name: str, kind: type) -> Any:
    part = given.get(name)
    if part is not None and not isinstance(part, kind):
        raise Malformed(f"{name} must be {'a string' if kind is str else 'an object'}")
    return part


def answer_of(result: ExecutionResult) -> GraphQLHTTPResponse:
    """An operation that was refused before it ran, or that broke off, has no data, not even null."""
    answer = process_result(result)
    if result.data is None and result.errors and not any(error.path for error in result.errors):
        del answer["data"]
    return answer


async def answers(
    schema: BaseSchema,
    peer: Peer,
    asked: GraphQLRequestData,
    allowed: Collection[OperationType] = tuple(OperationType),
) -> AsyncGenerator[GraphQLHTTPResponse, None]:
    """One answer to a query or a mutation, one for each event of a subscription. Close it, and its source ends."""
    results = await schema.stream(
        asked.query,
        variable_values=asked.variables,
        context_value=peer,
        operation_name=asked.operation_name,
        operation_extensions=asked.extensions,
        allowed_operation_types=allowed,
    )
    async with aclosing(results):
        async for result in results:
            yield answer_of(result)  # type: ignore[arg-type]  # @defer and @stream are not in the schema
            # A source that always has an event, sent to buffers that always have room (or to a client who left), would
            # never wait: everybody else would.
            await asyncio.sleep(0)
