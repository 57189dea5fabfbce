"""The span of one delivery of the relay, which links to the commits that it delivers."""

from opentelemetry.trace import Span, StatusCode

from gateway.observability.tracing.traceparent import traceparent_of
from stores.errors import StoreError


class DeliverySpan:
    """A `DeliveryTrace`."""

    __slots__ = ("_span", "traceparent")

    def __init__(self, span: Span) -> None:
        self._span = span
        self.traceparent = traceparent_of(span.get_span_context())

    def end(self, error: BaseException | None) -> None:
        """End the span. `error`: why the delivery failed."""
        if error is not None:
            self._span.set_attribute(
                "error.type", error.code if isinstance(error, StoreError) else type(error).__name__
            )
            self._span.set_status(StatusCode.ERROR)
        self._span.end()
