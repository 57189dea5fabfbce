"""One operation: a fresh Context for it, masked errors in all its results, and what it cost if that was asked for."""

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError, get_operation_ast
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from resolvers.context import Context, Peer
from resolvers.errors import RequestError, masked
from resolvers.execution.strawberry_internals import requested_operation

CANNOT_BE_RUN = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)
"""HTTP is told of these by an exception, a stream by its first result."""


class Operation(SchemaExtension):
    """Given to the schema as a class: an instance would be shared by concurrent operations."""

    def on_operation(self) -> Iterator[None]:
        peer: Peer = self.execution_context.context
        self.execution_context.context = Context.of(peer)
        yield
        mask(self.execution_context.result)

    def on_stream_result(self, result: Any) -> Iterator[None]:
        """Around each result that a socket or an event stream is about to get."""
        mask(result)
        yield
        # A subscription that waits for its next event holds nothing of the last one, and its source reads afresh.
        context = self.execution_context.context
        if isinstance(context, Context):
            context.loaders.begin_event()

    def on_validate(self) -> Iterator[None]:
        asked = self.execution_context
        document, name = asked.graphql_document, requested_operation(asked)
        # Strawberry would run the first of several operations.
        if document is not None and get_operation_ast(document, name) is None:
            asked.pre_execution_errors = [GraphQLError("which of the operations? operationName says it")]
        yield

    def get_results(self) -> dict[str, Any]:
        context = self.execution_context.context
        if not isinstance(context, Context) or not context.peer.trace:
            return {}
        batches = [
            {"store": batch.store, "call": batch.call, "keys": batch.keys, "ms": round(batch.ms, 3)}
            for batch in context.loaders.batches
        ]
        return {"stores": {"calls": len(batches), "batches": batches}}


def mask(result: Any) -> None:
    """In place. What is masked already stays as it is, so a result may come by twice."""
    if errors := getattr(result, "errors", None):
        result.errors = [_told(error) for error in errors]


def _told(error: GraphQLError) -> GraphQLError:
    if isinstance(error.original_error, CANNOT_BE_RUN):
        return RequestError("BAD_REQUEST", error.message)
    return masked(error)
