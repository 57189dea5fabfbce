"""What is traced: operations, events of subscriptions, deliveries of the relay, requests to other servers.

What is not sampled has no span object. An operation of a client that sends a traceparent is sampled if the client
sampled it; what reports or delivers sampled commits is sampled; of everything else, a share.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import time_ns
from urllib.parse import urlsplit

from opentelemetry.trace import Link, SpanContext, SpanKind, Tracer

from gateway.observability.tracing.delivery_span import DeliverySpan
from gateway.observability.tracing.operation_spans import UNNAMED, CallSpans, OperationSpan
from gateway.observability.tracing.request_span import RequestSpan
from gateway.observability.tracing.traceparent import NO_SPAN, span_context_of, within
from resolvers.operation_trace import TraceParent
from stores.domain.outbox import Commit, Consumer

MOST_LINKS = 128
"""Of one span, as the SDK keeps by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracing:
    """Begins spans. `tracer` records every span, and `calls` takes those of store calls. `share` (0…1) of what has no
    parent and no link is sampled. `draw` returns random numbers, 0 ≤ n < 1."""

    tracer: Tracer
    calls: CallSpans
    share: float
    draw: Callable[[], float] = random.random

    def of_request(
        self, parent: TraceParent | None, *, name: str | None, backends: Mapping[str, str]
    ) -> "RequestTraces":
        """The traces of a request. `name`: that of its operation, if the document is a trusted one. `backends`: the
        database of each store."""
        found = None if parent is None else span_context_of(*parent)
        return RequestTraces(tracing=self, parent=found, name=name, backends=backends)

    def draw_sample(self) -> bool:
        """Whether to sample what has neither a parent nor links."""
        return self.draw() < self.share

    def delivery(self, consumer: Consumer, commits: Sequence[Commit]) -> DeliverySpan | None:
        """Begin the span of a delivery that has sampled commits; None if it has none. As `DeliveryTraces`."""
        links = links_to(commit.traceparent for commit in commits)
        if not links:
            return None
        attributes: dict[str, str | int] = {
            "messaging.operation.type": "process",
            "messaging.operation.name": "deliver",
            "messaging.consumer.group.name": consumer.value,
        }
        if len(commits) > 1:
            attributes["messaging.batch.message_count"] = len(commits)
        name = f"deliver {consumer.value}"
        return DeliverySpan(self.tracer.start_span(name, NO_SPAN, SpanKind.CONSUMER, attributes, links))

    def get(self, url: str) -> RequestSpan:
        """Begin the span of a GET request to another server. All are sampled: they are rare."""
        parts = urlsplit(url)
        attributes: dict[str, str | int] = {
            "http.request.method": "GET",
            "server.address": parts.hostname or "",
            "server.port": parts.port or (443 if parts.scheme == "https" else 80),
            "url.full": parts._replace(query="", fragment="", netloc=parts.netloc.rpartition("@")[2]).geturl(),
        }
        return RequestSpan(self.tracer.start_span("GET", NO_SPAN, SpanKind.CLIENT, attributes))


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTraces:
    """The `OperationTraces` of one request."""

    tracing: Tracing
    parent: SpanContext | None
    name: str | None
    backends: Mapping[str, str]

    def begin(self) -> OperationSpan | None:
        """Begin the span of the operation, as a child of the client's if there is one."""
        sampled = self.tracing.draw_sample() if self.parent is None else self.parent.trace_flags.sampled
        return self._begin(SpanKind.SERVER, self.parent, ()) if sampled else None

    def begin_event(self, commit: str | None) -> OperationSpan | None:
        """Begin the span of the execution of an event. It is not a part of the subscriber's trace: one execution serves
        many subscribers."""
        links = links_to([commit])
        return self._begin(SpanKind.CONSUMER, None, links) if links or self.tracing.draw_sample() else None

    def _begin(self, kind: SpanKind, parent: SpanContext | None, links: Sequence[Link]) -> OperationSpan:
        began, tracing = time_ns(), self.tracing
        span = tracing.tracer.start_span(UNNAMED, within(parent), kind, links=links, start_time=began)
        return OperationSpan(span, tracing.calls, began=began, name=self.name, backends=self.backends)


def links_to(traceparents: Iterable[str | None]) -> list[Link]:
    """Links to the spans of commits, without those that were not sampled."""
    distinct = dict.fromkeys(filter(None, traceparents))
    found = [span_context_of(traceparent) for traceparent in list(distinct)[:MOST_LINKS]]
    return [Link(each) for each in found if each is not None]
