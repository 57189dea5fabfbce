"""The listener: where it is, what it serves, and to whom."""

import logging

import httpx2
import pytest

from gateway.config.groups.metrics import DEFAULT_ADDRESS, ListenAddress, MetricsSettings
from gateway.config.settings import read_settings
from gateway.http.metrics.listener import bind_metrics, metrics_app
from gateway.http.metrics.process_metrics import ProcessMetrics
from gateway.http.server import address_of, bind
from gateway.runtime.errors import CommandError
from resolvers.health import Health
from tests.gateway.http.metrics.measured_gateway import ANY_PORT, measured_gateway
from tests.gateway.memory_stores import memory_stores
from tests.resolvers import world


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", DEFAULT_ADDRESS),
        ("off", None),
        ("0.0.0.0:9464", ListenAddress("0.0.0.0", 9464)),  # an address to read
        ("[::1]:0", ListenAddress("::1", 0)),
        ("gateway-1:65535", ListenAddress("gateway-1", 65_535)),
    ],
)
def test_an_address_is_read(text: str, address: ListenAddress | None) -> None:
    settings = read_settings({"GATEWAY_METRICS_LISTEN": text}).metrics
    assert (settings.listen, settings.is_default) == (address, text == "")
    assert str(address) == (text or "127.0.0.1:9464").replace("off", "None")


@pytest.mark.parametrize("text", ["9464", ":9464", "localhost", "localhost:65536", "::1:9464", "a b:1", "http://a:1"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(CommandError) as refused:
        read_settings({"GATEWAY_METRICS_LISTEN": text})
    assert refused.value.lines == ("GATEWAY_METRICS_LISTEN: not an address such as 127.0.0.1:9464, and not `off`",)


def test_a_port_that_is_chosen_and_taken_is_an_error() -> None:
    with bind_metrics(ANY_PORT) as taken:
        assert taken is not None
        port = taken.getsockname()[1]
        with (
            pytest.raises(CommandError, match=f"GATEWAY_METRICS_LISTEN: cannot listen on 127.0.0.1 port {port}: "),
            bind_metrics(MetricsSettings(listen=ListenAddress("127.0.0.1", port))),
        ):
            pass


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_the_port_of_the_clients_is_an_error(host: str) -> None:
    with bind(host, 0) as clients:
        port = clients.getsockname()[1]
        settings = MetricsSettings(listen=ListenAddress("127.0.0.1", port))
        with (
            pytest.raises(CommandError, match=f"port {port}: it is the port of the clients"),
            bind_metrics(settings, beside=clients),
        ):
            pass


def test_clients_and_metrics_may_have_one_port_on_two_addresses() -> None:
    with bind("127.0.0.1", 0) as clients:
        settings = MetricsSettings(listen=ListenAddress("::1", clients.getsockname()[1]))
        with bind_metrics(settings, beside=clients) as bound:
            assert bound is not None


def test_the_default_port_may_be_that_of_another_gateway(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "quadrangle.metrics")
    with bind_metrics(MetricsSettings()), bind_metrics(MetricsSettings()) as second:
        assert second is None
    assert caplog.messages[-1].startswith("metrics are not served: set GATEWAY_METRICS_LISTEN")
    assert caplog.records[-1].__dict__["address"] == "127.0.0.1:9464"


async def test_a_listener_on_ipv6_knows_its_names() -> None:
    with bind_metrics(MetricsSettings(listen=ListenAddress("::1", 0))) as bound:
        assert bound is not None
        app = metrics_app(ProcessMetrics(), health(), refresh=nothing, host=bound.getsockname()[0])
        for name, status in (("[::1]:9464", 200), ("rebound.example", 400)):
            transport = httpx2.ASGITransport(app)
            async with httpx2.AsyncClient(transport=transport, base_url=f"http://{name}") as client:
                assert (await client.get("/metrics")).status_code == status


def test_there_may_be_no_listener() -> None:
    with bind_metrics(MetricsSettings(listen=None)) as bound:
        assert bound is None


def test_each_of_several_processes_has_a_port_of_its_own() -> None:
    with bind_metrics(MetricsSettings(listen=ListenAddress("127.0.0.1", 0))) as any_port:
        assert any_port is not None
        base = any_port.getsockname()[1] - 2
    with bind_metrics(MetricsSettings(listen=ListenAddress("127.0.0.1", base)), process=2) as bound:
        assert bound is not None
        assert address_of(bound) == f"http://127.0.0.1:{base + 2}"


def test_a_process_whose_port_would_be_too_high_is_refused() -> None:
    settings = MetricsSettings(listen=ListenAddress("127.0.0.1", 65_534))
    with pytest.raises(CommandError, match=r"process 2 would have port 65536"), bind_metrics(settings, process=2):
        pass


async def test_the_samples_of_one_of_several_processes_have_its_number() -> None:
    async with measured_gateway(process=3) as gateway:
        await gateway.post("{ __typename }")
        scraped = await gateway.scrape()
        labels = {"operation": "other", "type": "query", "role": "ADMIN", "outcome": "ok"}
        assert scraped.value("operations_total", **labels, process="3") == 1
        assert scraped.value("relay_partitions", process="3") == 64
    async with measured_gateway() as gateway:
        assert "process=" not in (await gateway.listener.get("/metrics")).text


@pytest.mark.parametrize(
    ("accept", "content_type", "last"),
    [
        ("*/*", "text/plain; version=0.0.4; charset=utf-8", ""),
        (
            "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3",
            "application/openmetrics-text;",
            "# EOF\n",
        ),
        ("text/plain;version=1.0.0", "text/plain; version=1.0.0;", ""),
    ],
)
async def test_a_client_chooses_the_format(accept: str, content_type: str, last: str) -> None:
    async with measured_gateway() as gateway:
        response = await gateway.listener.get("/metrics", headers={"Accept": accept})
        assert response.headers["content-type"].startswith(content_type)
        assert response.text.endswith(last)
        assert 'quadrangle_store_up{store="catalog"} 1.0' in response.text


async def test_a_version_that_is_none_is_refused() -> None:
    async with measured_gateway() as gateway:
        response = await gateway.listener.get("/metrics", headers={"Accept": "text/plain;version=latest"})
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


async def test_it_serves_the_health_checks_and_nothing_else() -> None:
    async with measured_gateway() as gateway:
        listener = gateway.listener
        assert (await listener.get("/livez")).json() == {"live": True}
        assert (await listener.get("/readyz")).json()["ready"]
        assert (await listener.get("/graphql")).status_code == 404
        assert (await listener.post("/metrics")).status_code == 405
        assert (await gateway.client.get("/metrics")).status_code == 404


@pytest.mark.parametrize(("host", "status"), [("localhost", 200), ("127.0.0.1:9464", 200), ("rebound.example", 400)])
async def test_on_a_loopback_address_no_other_name_is_answered(host: str, status: int) -> None:
    async with measured_gateway() as gateway:
        response = await gateway.listener.get("/metrics", headers={"Host": host})
        assert response.status_code == status


async def test_elsewhere_a_client_may_use_any_name() -> None:
    app = metrics_app(ProcessMetrics(), health(), refresh=nothing, host="0.0.0.0")
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway.cluster:9464") as client:
        assert (await client.get("/metrics")).status_code == 200


async def nothing() -> None:
    """Read nothing before a scrape."""


def health() -> Health:
    stores = memory_stores(lambda: world.NOW)
    return Health(stores=stores, backends=dict.fromkeys(stores.by_name(), "memory"), now=lambda: world.NOW)
