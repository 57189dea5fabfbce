"""Spans that are recorded in memory, by a tracer of the SDK."""

from collections.abc import Callable, Sequence

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway.observability.tracing.finished_spans import FinishedSpans
from gateway.observability.tracing.traceparent import traceparent_of
from gateway.observability.tracing.tracing import Tracing


class RecordedSpans:
    """`tracing` samples a share of what has no parent and no link; without a share nothing of it."""

    def __init__(self, *, share: float = 0.0, draw: Callable[[], float] = lambda: 0.5) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        processor = SimpleSpanProcessor(self._exporter)
        provider.add_span_processor(processor)
        calls = FinishedSpans(provider, processor, name="tests", version="1")
        self.tracing = Tracing(tracer=provider.get_tracer("tests", "1"), calls=calls, share=share, draw=draw)

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        """The spans that have ended, in this order."""
        return self._exporter.get_finished_spans()

    @property
    def names(self) -> list[str]:
        return sorted(span.name for span in self.spans)

    def named(self, name: str) -> ReadableSpan:
        """The only span with this name."""
        [found] = [span for span in self.spans if span.name == name]
        return found


def traceparent(span: ReadableSpan) -> str:
    return traceparent_of(span.context)


def links(span: ReadableSpan) -> list[str]:
    """The traceparents to which a span links."""
    return [traceparent_of(link.context) for link in span.links]
