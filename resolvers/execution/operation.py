"""The life cycle of one operation: its Context, the refusal of what may not run, the masking of its errors, and what
the answer traces. `Operation` makes it a part of Strawberry's; `repeated_document.py` calls the same functions."""

from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import Any

from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from resolvers import permissions
from resolvers.context import Context, Peer
from resolvers.documents.document import Document
from resolvers.error_codes import ErrorCode
from resolvers.errors import RequestError, masked, unauthenticated
from resolvers.execution.limits.document_limits import document_refusal
from resolvers.execution.limits.response_cost import traced_cost
from resolvers.execution.sources import sources_of
from resolvers.operation_end import OperationEnd
from resolvers.strawberry_internals import requested_operation
from stores.cancellation import cancel_requested

CANNOT_BE_RUN = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)
"""Strawberry raises these over HTTP, and makes them the first result of a stream."""
OPERATION_REQUIRED = "operationName is required: the document has several operations"


class Operation(SchemaExtension):
    """A schema extension. The schema gets the class: concurrent operations would share an instance."""

    def on_operation(self) -> Iterator[None]:
        """Replace the request's Peer by a fresh Context, and mask the errors of the result."""
        peer: Peer = self.execution_context.context
        context = self.execution_context.context = begin(peer)
        try:
            yield
        finally:  # a subscription ends by a cancellation
            end(context, requested_operation(self.execution_context), self.execution_context.result)

    def on_stream_result(self, result: Any) -> Iterator[None]:
        """Mask the errors of each result of a stream before it is sent."""
        mask(result)
        yield

    def on_validate(self) -> Iterator[None]:
        """Refuse an operation before it is validated: one that needs a token and has none, one beyond the limits, and
        one of several without `operationName`, for which strawberry would run the first one. Validate any other."""
        execution = self.execution_context
        document, peer = execution.context.document, execution.context.peer
        if document is not None:
            refusal = refusal_of(document, requested_operation(execution), peer)
            execution.pre_execution_errors = faults_of(document, peer) if refusal is None else [refusal]
        yield

    def get_results(self) -> dict[str, Any]:
        """What the peer traces."""
        execution = self.execution_context
        context, result = execution.context, execution.result
        if not isinstance(context, Context):
            return {}
        return traced(context, requested_operation(execution), None if result is None else result.data)


def refusal_of(document: Document, operation_name: str | None, peer: Peer) -> GraphQLError | None:
    """Why an operation is refused before its document is validated; None if it is not."""
    if not peer.viewer.authenticated and not document.is_public(operation_name):
        return unauthenticated("a token is required")
    if (refusal := document_refusal(document, peer.limits, peer.viewer)) is not None:
        return refusal
    if document.operation(operation_name) is None:
        return RequestError(ErrorCode.BAD_REQUEST, OPERATION_REQUIRED)
    return None


def faults_of(document: Document, peer: Peer) -> list[GraphQLError]:
    """What is not valid in a document, in the words that the viewer may read."""
    return document.errors(suggest=permissions.may_introspect(peer.viewer, peer.limits))


def begin(peer: Peer) -> Context:
    """Begin an operation of the peer, and its trace."""
    return Context.of(peer, None if peer.traces is None else peer.traces.begin())


def end(context: Context, operation_name: str | None, result: Any) -> None:
    """End an operation: mask the errors of its result, report its end, and free its loaders without a garbage
    collection."""
    mask(result)
    report_end(context, kind_of(context, operation_name), result)
    context.loaders.forget()  # cuts the cycle of loaders and cache


def kind_of(context: Context, operation_name: str | None) -> str:
    """query, mutation or subscription; `invalid` if there is no such operation."""
    operation = None if context.document is None else context.document.operation(operation_name)
    return "invalid" if operation is None else operation.operation.value


def report_end(context: Context, kind: str, result: Any) -> None:
    """Report the end of an operation of this kind, or of an event, whose errors are masked, and end its trace."""
    loaders = context.loaders
    extensions = [error.extensions or {} for error in getattr(result, "errors", None) or ()]
    ended = OperationEnd(
        kind=kind,
        codes=[each.get("code", "") for each in extensions],
        has_data=getattr(result, "data", None) is not None,
        cost=context.cost.estimated,
        batches=loaders.batches,
        ms=(perf_counter() - loaders.began) * 1000,
        document=context.document,
        limits={each["limit"] for each in extensions if "limit" in each},
        is_cancelled=result is None and cancel_requested(),
        trace_id=None if context.trace is None else context.trace.trace_id,
    )
    context.peer.on_end(ended)
    if context.trace is not None:
        context.trace.end(ended)


def traced(context: Context, operation_name: str | None, data: Mapping[str, Any] | None) -> dict[str, Any]:
    """The `extensions` of a result. Of a query or mutation: `sources`, if a store failed or the request has
    `freshness`. And what the peer traces: in `stores` the store calls of the operation or the event, in `cost` what it
    costs, in `plan` the plan by which it ran."""
    peer = context.peer
    found: dict[str, Any] = {}
    if peer.trace:
        batches = [
            {
                "store": each.store,
                "call": each.call,
                "keys": each.keys,
                "startMs": round(each.start_ms, 3),
                "ms": round(each.ms, 3),
            }
            for each in context.loaders.batches
        ]
        found["stores"] = {"calls": len(batches), "batches": batches}
    if peer.trace_cost:
        found["cost"] = traced_cost(context, operation_name, data)
    sources = sources_of(context.loaders, always=peer.max_age is not None)
    if sources is not None and kind_of(context, operation_name) in ("query", "mutation"):
        found["sources"] = sources
    if peer.trace_plan and context.plan_trace is not None:
        found["plan"] = context.plan_trace
    return found


def mask(result: Any) -> None:
    """Mask the errors of a result, in place. Masking twice changes nothing."""
    if errors := getattr(result, "errors", None):
        incidents: dict[Exception, str] = {}
        result.errors = [_masked(error, incidents) for error in errors]


def _masked(error: GraphQLError, incidents: dict[Exception, str]) -> GraphQLError:
    if isinstance(error.original_error, CANNOT_BE_RUN):
        return RequestError(ErrorCode.BAD_REQUEST, error.message)
    return masked(error, incidents)
