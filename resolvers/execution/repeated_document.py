"""Runs operations of documents that the schema knows to be valid, without the life cycle that Strawberry builds for
each one: its extension runner and four context managers cost more than a small query itself.

Every decision is made by the functions that the extension `Operation` calls. A document runs in Strawberry's life cycle
first, and so does everything else: subscriptions, documents with errors, operations whose fields are traced.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, cast

from graphql import ExecutionResult as CoreResult
from graphql import GraphQLSchema, OperationType
from strawberry.execution import optimized_is_awaitable
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType as RequestedType

from resolvers.context import Context, Peer
from resolvers.documents.document import Document
from resolvers.errors import as_graphql_error
from resolvers.execution.document_cache import DocumentCache
from resolvers.execution.event_executor import EventExecutor
from resolvers.execution.limits.document_text import most_tokens
from resolvers.execution.operation import begin, end, refusal_of, traced

KINDS = {OperationType.QUERY: RequestedType.QUERY, OperationType.MUTATION: RequestedType.MUTATION}


def repeated_document(
    documents: DocumentCache,
    text: str | None,
    operation_name: str | None,
    peer: Peer,
    allowed: Iterable[RequestedType] | None,
) -> Document | None:
    """The document of a text, if it is known to be valid and within the limits of the peer, and its operation is a
    query or an allowed mutation. None for any other: it needs Strawberry's life cycle."""
    if not text or peer.traces_fields:
        return None
    document = documents.find(text, most_tokens(peer.limits))
    if document is None or document.within is not peer.limits or not document.is_known_valid:
        return None
    operation = document.operation(operation_name)
    if operation is None or (kind := KINDS.get(operation.operation)) is None:
        return None
    return document if allowed is None or kind in allowed else None


async def execute_repeated(
    schema: GraphQLSchema,
    document: Document,
    operation_name: str | None,
    peer: Peer,
    variables: Mapping[str, Any] | None,
) -> ExecutionResult:
    """The result of a query or mutation of a known document, as Strawberry's life cycle gives it."""
    context = begin(peer)
    context.document = document
    result: ExecutionResult
    refusal = refusal_of(document, operation_name, peer)
    if refusal is not None:
        result = PreExecutionError(data=None, errors=[refusal])
    else:
        try:
            done = await _executed(schema, document, operation_name, context, variables)
            result = ExecutionResult(data=done.data, errors=done.errors)
        except Exception as error:  # a field's errors are in the result
            result = PreExecutionError(data=None, errors=[as_graphql_error(error)])
        except asyncio.CancelledError:
            end(context, operation_name, None)
            raise
    end(context, operation_name, result)
    result.extensions = traced(context, operation_name, result.data)
    return result


async def _executed(
    schema: GraphQLSchema,
    document: Document,
    operation_name: str | None,
    context: Context,
    variables: Mapping[str, Any] | None,
) -> CoreResult:
    executor = EventExecutor.build(
        schema,
        document.node,
        context_value=context,
        raw_variable_values=variables,
        operation_name=operation_name,
        is_awaitable=optimized_is_awaitable,
    )
    if isinstance(executor, list):
        return CoreResult(None, executor)
    result = executor.execute_operation()
    return cast("CoreResult", await result if executor.is_awaitable(result) else result)
