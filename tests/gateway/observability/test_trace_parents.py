"""The trace that a client names arrives by all transports, and that of the gateway reaches the issuer of tokens."""

from functools import partial

import pytest

from gateway.http.auth.jwks_request import JwksUnavailable, fetch_jwks
from gateway.http.trace_parent import trace_parent_of
from gateway.observability.tracing.traceparent import span_context_of
from resolvers.operation_trace import TraceParent
from tests.gateway.app_client import app_client
from tests.gateway.controlled_subscriptions import HELLO
from tests.gateway.http.auth.issuer import jwk_of, jwks_server
from tests.gateway.http.websocket.client import initialize, receive_message, send_message
from tests.gateway.observability.recorded_spans import RecordedSpans, traceparent
from tests.gateway.served_gateway import serve_gateway
from tests.stores.samples import TRACEPARENT

OTHER = TRACEPARENT.replace("4b", "5c")
TEXT = "{ learners(first: 1) { edges { node { displayName } } } }"


def trace_of(given: str) -> int:
    return int(given.split("-")[1], 16)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_headers_name_the_trace(accept: str) -> None:
    spans = RecordedSpans()
    async with app_client(tracing=spans.tracing) as client:
        given = {"traceparent": TRACEPARENT, "tracestate": "vendor=1", "accept": accept}
        response = await client.post("/graphql", json={"query": TEXT}, headers=given)
        assert response.status_code == 200
        await client.post("/graphql", json={"query": TEXT}, headers={"accept": accept})
    span = spans.named("query")
    assert span.context.trace_id == trace_of(TRACEPARENT)
    assert span.context.trace_state.get("vendor") == "1"


async def test_a_socket_names_the_trace_of_its_operations_and_an_operation_its_own() -> None:
    spans = RecordedSpans()
    async with serve_gateway(tracing=spans.tracing) as gateway, gateway.socket() as socket:
        await initialize(socket, Traceparent=TRACEPARENT)
        for id, more in (("1", {}), ("2", {"extensions": {"traceparent": OTHER}})):
            await send_message(socket, "subscribe", id=id, payload={**HELLO, **more})
            assert [(await receive_message(socket))["type"] for _ in range(2)] == ["next", "complete"]
    assert [span.context.trace_id for span in spans.spans] == [trace_of(TRACEPARENT), trace_of(OTHER)]


def test_what_is_no_text_names_no_trace() -> None:
    assert trace_parent_of({"traceparent": 7}.get) is None
    assert trace_parent_of({"traceparent": TRACEPARENT, "tracestate": []}.get) == TraceParent(TRACEPARENT)


@pytest.mark.parametrize(
    "tracestate",
    [
        "marked",
        "a=1,marked",
        "a=1,a=2",
        "=" * 9,
        "a=\0marked",
        "a=1," * 33,
        ",".join(f"k{n}=1" for n in range(40)),
        "é=1",
    ],
)
def test_a_malformed_tracestate_is_dropped_and_not_logged(tracestate: str, caplog: pytest.LogCaptureFixture) -> None:
    """The propagator logs the client's text."""
    found = span_context_of(TRACEPARENT, tracestate)
    assert found is not None
    assert not found.trace_state
    assert not caplog.records


def test_a_tracestate_of_several_systems_is_kept() -> None:
    found = span_context_of(TRACEPARENT, "vendor=a b:c, tenant@system=1,\t,")
    assert found is not None
    assert dict(found.trace_state) == {"vendor": "a b:c", "tenant@system": "1"}


async def test_the_request_for_a_jwks_has_a_span() -> None:
    spans = RecordedSpans()
    async with jwks_server(jwk_of("ES256")) as server:
        fetch = partial(fetch_jwks, f"{server.url}?key=secret", spans.tracing)
        await fetch()
        [span] = spans.spans
        assert server.headers["traceparent"] == traceparent(span)
        attributes = dict(span.attributes or {})
        assert attributes["http.response.status_code"] == 200
        assert attributes["url.full"] == server.url
        server.status = 503
        with pytest.raises(JwksUnavailable):
            await fetch()
        assert dict(spans.spans[1].attributes or {})["error.type"] == "status 503"
        server.headers = {}
        server.status = 200
        await fetch_jwks(server.url)
        assert "traceparent" not in server.headers
