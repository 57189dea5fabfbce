"""One operation: a fresh Context for it, masked errors after it, and what it cost if that was asked for.

A subscription is one operation with many results: `stream.Stream` renews the loaders for each of them.
"""

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError, get_operation_ast
from strawberry.extensions import SchemaExtension
from strawberry.types import StreamExecutionResult

from resolvers.context import Context, Peer
from resolvers.errors import presentable


def mask(result: Any) -> None:
    if getattr(result, "errors", None):
        result.errors = [presentable(error) for error in result.errors]


class Operation(SchemaExtension):
    """Given to the schema as a class: an instance would be shared by concurrent operations."""

    def on_operation(self) -> Iterator[None]:
        peer: Peer = self.execution_context.context
        self.execution_context.context = Context.of(peer)
        yield
        mask(self.execution_context.result)

    def on_stream_result(self, result: StreamExecutionResult) -> Iterator[None]:
        mask(result)
        yield

    def on_validate(self) -> Iterator[None]:
        asked = self.execution_context
        document, name = asked.graphql_document, asked._provided_operation_name
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
