"""Traces of operations, as the graph sees them. The gateway makes their spans."""

from typing import NamedTuple, Protocol

from resolvers.operation_end import OperationEnd


class TraceParent(NamedTuple):
    """The trace to which a client says that its operation belongs: the values of the headers `traceparent` and
    `tracestate` (W3C Trace Context), unchecked. An empty `tracestate` is none."""

    traceparent: str
    tracestate: str = ""


class OperationTrace(Protocol):
    """The span of one operation, or of one event of a subscription, whose trace is sampled."""

    @property
    def traceparent(self) -> str:
        """The span, for those whom the operation calls (W3C Trace Context)."""

    @property
    def trace_id(self) -> str:
        """The trace, in hexadecimal."""

    def end(self, end: OperationEnd) -> None:
        """End the span, with a child span for each store call."""


class OperationTraces(Protocol):
    """Begins the traces of one request: None for those that are not sampled."""

    def begin(self) -> OperationTrace | None:
        """Begin the trace of the operation."""

    def begin_event(self, commit: str | None) -> OperationTrace | None:
        """Begin the trace of the execution of an event. `commit`: the traceparent of the commit that it reports."""
