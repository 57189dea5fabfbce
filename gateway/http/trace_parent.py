"""The trace to which a client says that its operation belongs (W3C Trace Context)."""

from collections.abc import Callable

from resolvers.operation_trace import TraceParent


def trace_parent_of(asked: Callable[[str], object]) -> TraceParent | None:
    """The trace that a request names, None if it names none. `asked` returns the value of a header, or of an entry that
    takes its place, or None."""
    traceparent = asked("traceparent")
    if not isinstance(traceparent, str):
        return None
    tracestate = asked("tracestate")
    return TraceParent(traceparent, tracestate if isinstance(tracestate, str) else "")
