"""The span of one HTTP request to another server."""

from collections.abc import Mapping

from opentelemetry.trace import Span, StatusCode

from gateway.observability.tracing.traceparent import traceparent_of


class RequestSpan:
    """`headers`: what the request has for the other server."""

    __slots__ = ("_span",)

    def __init__(self, span: Span) -> None:
        self._span = span

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of W3C Trace Context."""
        return {"traceparent": traceparent_of(self._span.get_span_context())}

    def responded(self, status: int) -> None:
        """Note the status of the response."""
        self._span.set_attribute("http.response.status_code", status)

    def end(self, error: str | None) -> None:
        """End the span. `error`: why the request failed, without values."""
        if error is not None:
            self._span.set_attribute("error.type", error)
            self._span.set_status(StatusCode.ERROR)
        self._span.end()
