"""The life cycle of one operation: its Context, the masking of its errors, and the trace of its store calls."""

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError, get_operation_ast
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from resolvers import permissions
from resolvers.context import Context, Peer
from resolvers.error_codes import ErrorCode
from resolvers.errors import RequestError, masked, unauthenticated
from resolvers.execution.document_cache import Document, validation_errors
from resolvers.execution.limits.document_limits import document_refusal
from resolvers.execution.limits.response_cost import traced_cost
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
        """Refuse an operation before it is validated: one that needs a token and has none, one beyond the limits, and
        one of several without `operationName`, for which strawberry would run the first one. Validate any other."""
        execution = self.execution_context
        if execution.graphql_document is not None:
            document = Document(execution.query or "", execution.graphql_document)
            refusal = self._refusal(document)
            execution.pre_execution_errors = self._faults(document) if refusal is None else [refusal]
        yield

    def _refusal(self, document: Document) -> GraphQLError | None:
        execution = self.execution_context
        name, peer = requested_operation(execution), execution.context.peer
        if not peer.viewer.authenticated and not is_public(core_schema(execution.schema), document.node, name):
            return unauthenticated("a token is required")
        if (refusal := document_refusal(document, peer.limits, peer.viewer)) is not None:
            return refusal
        if get_operation_ast(document.node, name) is None:
            return RequestError(ErrorCode.BAD_REQUEST, OPERATION_REQUIRED)
        return None

    def _faults(self, document: Document) -> list[GraphQLError]:
        peer = self.execution_context.context.peer
        suggest = permissions.may_introspect(peer.viewer, peer.limits)
        return validation_errors(core_schema(self.execution_context.schema), document, suggest=suggest)

    def get_results(self) -> dict[str, Any]:
        """What the peer traces: in `extensions.stores` the store calls of the operation or the event, in
        `extensions.cost` what it costs, in `extensions.plan` the plan by which it ran."""
        context = self.execution_context.context
        if not isinstance(context, Context):
            return {}
        traced: dict[str, Any] = {}
        if context.peer.trace:
            batches = [
                {"store": batch.store, "call": batch.call, "keys": batch.keys, "ms": round(batch.ms, 3)}
                for batch in context.loaders.batches
            ]
            traced["stores"] = {"calls": len(batches), "batches": batches}
        if context.peer.trace_cost:
            traced["cost"] = traced_cost(self.execution_context, context.cost)
        if context.peer.trace_plan and context.plan_trace is not None:
            traced["plan"] = context.plan_trace
        return traced


def mask(result: Any) -> None:
    """Mask the errors of a result, in place. Masking twice changes nothing."""
    if errors := getattr(result, "errors", None):
        result.errors = [_masked(error) for error in errors]


def _masked(error: GraphQLError) -> GraphQLError:
    if isinstance(error.original_error, CANNOT_BE_RUN):
        return RequestError(ErrorCode.BAD_REQUEST, error.message)
    return masked(error)
