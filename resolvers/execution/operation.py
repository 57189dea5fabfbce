"""The life cycle of one operation: its Context, the masking of its errors, and the trace of its store calls."""

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError, get_operation_ast
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from resolvers.context import Context, Peer
from resolvers.error_codes import ErrorCode
from resolvers.errors import RequestError, masked, unauthenticated
from resolvers.execution.public_operations import is_public
from resolvers.strawberry_internals import core_schema, requested_operation

CANNOT_BE_RUN = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)
"""Strawberry raises these over HTTP, and makes them the first result of a stream."""
OPERATION_REQUIRED = "operationName is required: the document has several operations"


class Operation(SchemaExtension):
    """A schema extension. The schema gets the class: concurrent operations would share an instance."""

    def on_operation(self) -> Iterator[None]:
        """Replace the request's Peer by a fresh Context, and mask the errors of the result."""
        peer: Peer = self.execution_context.context
        context = self.execution_context.context = Context.of(peer)
        yield
        mask(self.execution_context.result)
        context.loaders.forget()  # cuts the cycle of loaders and cache: they are freed without a garbage collection

    def on_stream_result(self, result: Any) -> Iterator[None]:
        """Mask the errors of each result of a stream before it is sent."""
        mask(result)
        yield

    def on_validate(self) -> Iterator[None]:
        """Refuse an operation that needs a token and has none, and a document of several operations without
        `operationName`: strawberry would run the first one."""
        execution = self.execution_context
        document, name = execution.graphql_document, requested_operation(execution)
        public = execution.context.viewer.authenticated or (
            document is not None and is_public(core_schema(execution.schema), document, name)
        )
        if document is not None and not public:
            execution.pre_execution_errors = [unauthenticated("a token is required")]
        elif document is not None and get_operation_ast(document, name) is None:
            execution.pre_execution_errors = [RequestError(ErrorCode.BAD_REQUEST, OPERATION_REQUIRED)]
        yield

    def get_results(self) -> dict[str, Any]:
        """The answer's `extensions.stores`: the store calls of the operation or the event, if the peer traces."""
        context = self.execution_context.context
        if not isinstance(context, Context) or not context.peer.trace:
            return {}
        batches = [
            {"store": batch.store, "call": batch.call, "keys": batch.keys, "ms": round(batch.ms, 3)}
            for batch in context.loaders.batches
        ]
        return {"stores": {"calls": len(batches), "batches": batches}}


def mask(result: Any) -> None:
    """Mask the errors of a result, in place. Masking twice changes nothing."""
    if errors := getattr(result, "errors", None):
        result.errors = [_masked(error) for error in errors]


def _masked(error: GraphQLError) -> GraphQLError:
    if isinstance(error.original_error, CANNOT_BE_RUN):
        return RequestError(ErrorCode.BAD_REQUEST, error.message)
    return masked(error)
