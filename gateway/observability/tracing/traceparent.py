"""W3C Trace Context (w3.org/TR/trace-context): from text to the span that it names, and back."""

import re

from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

LONGEST_TRACESTATE = 512
"""Characters. The recommendation asks for as many; a longer one is dropped."""
KEY = r"(?:[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})"
VALUE = r"[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"
MEMBER = re.compile(f"[ \t]*(?:{KEY}={VALUE})?[ \t]*")
MOST_MEMBERS = 32
PROPAGATOR = TraceContextTextMapPropagator()
NO_SPAN = Context()


def span_context_of(traceparent: str, tracestate: str = "") -> SpanContext | None:
    """The span that a traceparent names, None if it is malformed."""
    if len(traceparent) > LONGEST_TRACESTATE:
        return None
    carrier = {"traceparent": traceparent}
    if _is_tracestate(tracestate):
        carrier["tracestate"] = tracestate
    found = get_current_span(PROPAGATOR.extract(carrier, context=NO_SPAN)).get_span_context()
    return found if found.is_valid else None


def _is_tracestate(text: str) -> bool:
    """Whether the text is well-formed. The propagator would log the client's text for one that is not."""
    if not 0 < len(text) <= LONGEST_TRACESTATE:
        return False
    members = text.split(",")
    return len(members) <= MOST_MEMBERS and all(map(MEMBER.fullmatch, members))


def within(span_context: SpanContext | None) -> Context:
    """The context of a span that is a child of this one; that of a new trace if it is None."""
    return NO_SPAN if span_context is None else set_span_in_context(NonRecordingSpan(span_context), NO_SPAN)


def traceparent_of(span_context: SpanContext) -> str:
    """The traceparent of a span."""
    return f"00-{span_context.trace_id:032x}-{span_context.span_id:016x}-{span_context.trace_flags:02x}"
