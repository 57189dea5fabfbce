"""quadrangle serve."""

import asyncio
import json
import signal
from pathlib import Path

import httpx2
import pytest

from tests.e2e.command import quadrangle, running
from tests.gateway.cli.environment import MEMORY, SECRET
from tests.gateway.http.auth.issuer import claims, jwk_of, jwks_server, signed
from tests.gateway.observability.collector import collecting


def test_serve_reports_all_missing_settings_at_once() -> None:
    ended = quadrangle("serve")
    assert ended.returncode == 1
    assert [line.split()[1] for line in ended.stderr.splitlines()] == ["GATEWAY_AUTH_SECRET,", "GATEWAY_PROFILES_URL,"]


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_logs_and_exits_with_0(sent: signal.Signals, tmp_path: Path) -> None:
    with running("serve", "--port", 0, log=tmp_path / "log", **MEMORY, **SECRET) as gateway:
        gateway.wait_ready()
        assert gateway.ask("{ me { id } }")["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        token = quadrangle("token", "--sub", "x", "--role", "ADMIN", **SECRET).stdout.strip()
        headers = {"Authorization": f"Bearer {token}", "X-Request-Id": "mine"}
        assert gateway.ask("{ courses { edges { cursor } } }", headers) == {"data": {"courses": {"edges": []}}}
        assert httpx2.get(gateway.url.replace("graphql", "readyz")).json()["ready"] is True
        assert gateway.end(sent) == 0
        records = [json.loads(line) for line in gateway.log.splitlines()]
    assert [record["status"] for record in records if record.get("route") == "/graphql"] == [401, 200]
    assert "mine" in {record.get("request_id") for record in records}
    assert token not in gateway.log


def test_serve_names_the_service_links_of_kubernetes_in_one_line(tmp_path: Path) -> None:
    # Of the services `gateway` and `gateway-metrics`.
    links = {
        "GATEWAY_METRICS_SERVICE_HOST": "10.96.0.11",
        "GATEWAY_PORT": "tcp://10.96.0.10:8000",
        "GATEWAY_PORT_8000_TCP_ADDR": "10.96.0.10",
        "GATEWAY_SERVICE_PORT_HTTP": "8000",
    }
    with running("serve", "--port", 0, log=tmp_path / "log", **MEMORY, **SECRET, **links) as gateway:
        gateway.wait_ready()
        lines = [json.loads(line) for line in gateway.log.splitlines()]
    [line] = [line for line in lines if line["logger"] == "quadrangle.settings"]
    assert (line["level"], line["variables"]) == ("INFO", sorted(links))
    assert "10.96" not in gateway.log


def test_serve_limits_the_rate(tmp_path: Path) -> None:
    rate = {"GATEWAY_RATE_LIMIT": "1", "GATEWAY_RATE_BURST": "1"}
    with running("serve", "--port", 0, log=tmp_path / "log", **MEMORY, **SECRET, **rate) as gateway:
        gateway.wait_ready()
        assert gateway.ask("{ __typename }") == {"data": {"__typename": "Query"}}
        assert gateway.ask("{ __typename }")["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_serve_verifies_by_a_jwks_alone(tmp_path: Path) -> None:
    async with jwks_server(jwk_of("ES256", kid="one")) as server:
        keys = {
            "GATEWAY_AUTH_JWKS_URL": server.url,
            "GATEWAY_AUTH_AUDIENCE": "quadrangle",
            "GATEWAY_ROLES": "boss=ADMIN",
        }
        with running("serve", "--port", 0, log=tmp_path / "log", **MEMORY, **keys) as gateway:
            await asyncio.to_thread(gateway.wait_ready)
            roles = {}
            for audience in ("quadrangle", "another service"):
                token = signed(claims(role="boss", aud=audience), "ES256", kid="one")
                headers = {"Authorization": f"Bearer {token}"}
                roles[audience] = await asyncio.to_thread(gateway.ask, "{ viewer { role } }", headers)
            assert roles["quadrangle"] == {"data": {"viewer": {"role": "ADMIN"}}}
            assert roles["another service"]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
            assert await asyncio.to_thread(gateway.end, signal.SIGTERM) == 0
        assert '"reason":"audience","key_id":"one"' in gateway.log
        assert server.requests == 1


async def test_serve_sends_traces(tmp_path: Path) -> None:
    async with collecting() as collector:
        traces = {"GATEWAY_TRACES_ENDPOINT": collector.url, "GATEWAY_TRACES_SAMPLE": "1"}
        with running("serve", "--port", 0, log=tmp_path / "log", **MEMORY, **SECRET, **traces) as gateway:
            await asyncio.to_thread(gateway.wait_ready)
            await asyncio.to_thread(gateway.ask, "{ storeHealth { store } }")
            assert await asyncio.to_thread(gateway.end, signal.SIGTERM) == 0
        spans = [span for received in collector.received for scope in received.scope_spans for span in scope.spans]
        [logged] = [line for line in map(json.loads, gateway.log.splitlines()) if "operation" in line]
    assert [span.name for span in spans] == ["query"]
    assert logged["trace_id"] == spans[0].trace_id.hex()


def test_processes_need_stores_that_they_can_share() -> None:
    ended = quadrangle("serve", "--processes", 2, **MEMORY, **SECRET)
    assert ended.returncode == 1
    assert "GATEWAY_PROFILES_URL" in ended.stderr
    assert ended.stderr.endswith("processes cannot share stores in memory: serve with one process\n")


@pytest.mark.parametrize("words", [("--processes", "0"), ("--processes", "65"), ("--supervised", "x")])
def test_wrong_numbers_of_processes_are_refused(words: tuple[str, ...]) -> None:
    assert quadrangle("serve", *words).returncode == 2
