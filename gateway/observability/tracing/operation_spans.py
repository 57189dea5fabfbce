"""The span of an operation, or of an event's execution, with a child for each store call.

The attributes follow OpenTelemetry's semantic conventions for GraphQL and for databases. They hold no variables, keys,
texts or subjects, and the name of an operation only where its document is a trusted one.
"""

from collections.abc import Mapping
from time import time_ns
from typing import Protocol

from opentelemetry.trace import Span, SpanContext, StatusCode

from gateway.observability.tracing.traceparent import traceparent_of
from resolvers.data.store_calls import Batch
from resolvers.operation_end import OperationEnd

EVENT, INVALID = "event", "invalid"
CANCELLED = "cancelled"
"""The `error.type` of an operation whose client left."""
UNNAMED = "GraphQL Operation"
"""The name of a span whose operation is not known, by the conventions."""


class CallSpans(Protocol):
    """Takes the spans of store calls."""

    def add(
        self,
        parent: SpanContext,
        name: str,
        attributes: Mapping[str, str | int],
        *,
        start: int,
        end: int,
        failed: bool,
    ) -> None:
        """Add the span of a call, a child of a sampled span. `start`, `end`: nanoseconds since 1970."""


class OperationSpan:
    """An `OperationTrace`. `name`: that of a trusted document, or None. `backends`: the database of each store.
    `began`: nanoseconds since 1970."""

    __slots__ = ("_backends", "_began", "_calls", "_name", "_span", "traceparent")

    def __init__(
        self, span: Span, calls: CallSpans, *, began: int, name: str | None, backends: Mapping[str, str]
    ) -> None:
        self._span = span
        self._calls = calls
        self._began = began
        self._name = name
        self._backends = backends
        self.traceparent = traceparent_of(span.get_span_context())

    @property
    def trace_id(self) -> str:
        """The trace, in hexadecimal."""
        return self.traceparent.split("-")[1]

    def end(self, end: OperationEnd) -> None:
        """End the span, with a child span for each store call."""
        span = self._span
        if end.kind != INVALID:
            span.update_name(end.kind if self._name is None else f"{end.kind} {self._name}")
            span.set_attribute("graphql.operation.type", "subscription" if end.kind == EVENT else end.kind)
        if self._name is not None:
            span.set_attribute("graphql.operation.name", self._name)
        span.set_attribute("quadrangle.cost", end.cost)
        if end.codes:
            span.set_attribute("error.type", end.codes[0])
            span.set_attribute("quadrangle.error.codes", sorted(set(end.codes)))
            if not end.has_data:
                span.set_status(StatusCode.ERROR)
        elif end.is_cancelled:
            span.set_attribute("error.type", CANCELLED)
        for batch in end.batches:
            self._add(batch)
        span.end(max(self._began, time_ns()))

    def _add(self, batch: Batch) -> None:
        attributes: dict[str, str | int] = {
            "db.system.name": self._backends.get(batch.store, "other_sql"),
            "db.operation.name": batch.call,
            "quadrangle.store": batch.store,
        }
        if batch.keys > 1:  # the conventions leave out a batch of one
            attributes["db.operation.batch.size"] = batch.keys
        if batch.code is not None:
            attributes["error.type"] = batch.code
        start = self._began + int(batch.start_ms * 1e6)
        self._calls.add(
            self._span.get_span_context(),
            f"{batch.call} {batch.store}",
            attributes,
            start=start,
            end=start + int(batch.ms * 1e6),
            failed=batch.code is not None,
        )
