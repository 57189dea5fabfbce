"""Spans are sent to a collector by OTLP over HTTP, and a collector that is away or hangs delays nothing for long."""

import logging
from time import perf_counter

import pytest
from opentelemetry import trace

from gateway.config.settings import read_settings
from gateway.observability.tracing.export import CLOSING_SECONDS, EXPORTER_LOG
from gateway.observability.tracing.export_log import ExportFaults
from gateway.observability.tracing.open_tracing import open_tracing
from gateway.observability.tracing.tracing import Tracing
from gateway.runtime.errors import CommandError
from tests.gateway.app_client import app_client
from tests.gateway.observability.collector import Collector, collecting
from tests.stores.samples import TRACEPARENT

TEXT = "{ learners(first: 1) { edges { node { displayName } } } }"
SLACK = 0.5


def endpoint_of(url: str) -> str:
    endpoint = read_settings({"GATEWAY_TRACES_ENDPOINT": url}).traces.endpoint
    assert endpoint is not None
    return endpoint


async def traced_query(tracing: Tracing | None) -> None:
    async with app_client(tracing=tracing) as client:
        response = await client.post("/graphql", json={"query": TEXT}, headers={"traceparent": TRACEPARENT})
        assert "errors" not in response.json()


async def test_a_collector_receives_the_spans() -> None:
    async with collecting() as collector:
        async with open_tracing(endpoint_of(collector.url), share=0) as tracing:
            await traced_query(tracing)
        assert collector.paths == ["/v1/traces"]
        [received] = collector.received
    resource = {each.key: each.value.string_value for each in received.resource.attributes}
    assert resource.items() >= {("service.name", "quadrangle"), ("telemetry.sdk.language", "python")}
    [scope] = received.scope_spans
    spans = {span.name: span for span in scope.spans}
    assert spans.keys() == {"query", "page profiles"}
    assert spans["query"].trace_id.hex() == TRACEPARENT.split("-")[1]
    assert spans["query"].parent_span_id.hex() == TRACEPARENT.split("-")[2]
    assert spans["page profiles"].parent_span_id == spans["query"].span_id
    assert trace.get_tracer_provider() is not None
    assert type(trace.get_tracer_provider()).__name__ == "ProxyTracerProvider", "no global provider is set"


async def test_without_an_endpoint_nothing_is_traced() -> None:
    assert read_settings({}).traces.endpoint is None
    async with open_tracing(None, share=1) as tracing:
        assert tracing is None


async def test_without_the_sdk_tracing_is_refused() -> None:
    with pytest.raises(CommandError, match=r"quadrangle\[opentelemetry\]"):
        async with open_tracing("http://127.0.0.1:1/v1/traces", share=1, has_sdk=False):
            pass


async def closing_seconds(collector: Collector | None) -> float:
    url = "http://127.0.0.1:9" if collector is None else collector.url
    async with open_tracing(endpoint_of(url), share=0) as tracing:
        await traced_query(tracing)
        started = perf_counter()
    return perf_counter() - started


def reasons(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.__dict__["reason"] for each in caplog.records if each.name == "quadrangle.traces"]


def test_each_reason_that_spans_are_not_sent_is_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = 100.0
    faults = ExportFaults(clock=lambda: now)
    refused = ("span", 401, "SECRET")
    for args in (
        (ConnectionError("SECRET"), "span", 1.0),
        (ConnectionError("SECRET"), "span", 2.0),
        ("Service Unavailable", "span", 1.0),
        refused,
        ("span",),
    ):
        assert not faults.filter(logging.makeLogRecord({"msg": "it failed", "args": args}))
    assert reasons(caplog) == ["ConnectionError", "HTTP 503", "HTTP 401", "no answer in time"]
    now += 60
    faults.filter(logging.makeLogRecord({"msg": "it failed", "args": refused}))
    assert reasons(caplog)[4:] == ["HTTP 401"]
    assert "SECRET" not in caplog.text


def test_what_the_exporter_logs_without_a_fault_is_kept() -> None:
    assert ExportFaults().filter(logging.makeLogRecord({"msg": "Shutdown in progress"}))


@pytest.mark.slow
async def test_a_collector_that_hangs_holds_up_the_end_for_a_bounded_time() -> None:
    async with collecting() as collector:
        collector.open.clear()
        assert await closing_seconds(collector) < CLOSING_SECONDS + SLACK


@pytest.mark.slow
async def test_a_collector_that_is_away_holds_up_the_end_for_a_bounded_time(caplog: pytest.LogCaptureFixture) -> None:
    assert await closing_seconds(None) < CLOSING_SECONDS + SLACK
    assert "ConnectionError" in reasons(caplog)
    assert not [each for each in EXPORTER_LOG.filters if isinstance(each, ExportFaults)]


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("https://collector.example/", "https://collector.example/v1/traces"),
        ("https://collector.example/otlp/v1/traces", "https://collector.example/otlp/v1/traces"),
    ],
)
def test_the_endpoint_has_the_path_of_otlp(url: str, endpoint: str) -> None:
    assert endpoint_of(url) == endpoint


@pytest.mark.parametrize("url", ["127.0.0.1:4318", "grpc://collector:4317", "http://", "http://[", "http://u:p@host"])
def test_other_endpoints_are_refused(url: str) -> None:
    with pytest.raises(CommandError, match="GATEWAY_TRACES_ENDPOINT") as caught:
        read_settings({"GATEWAY_TRACES_ENDPOINT": url})
    assert "u:p" not in str(caught.value)


@pytest.mark.parametrize("share", ["-0.1", "1.1", "all"])
def test_a_share_is_from_0_to_1(share: str) -> None:
    with pytest.raises(CommandError, match="GATEWAY_TRACES_SAMPLE"):
        read_settings({"GATEWAY_TRACES_SAMPLE": share})
