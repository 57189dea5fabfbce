"""Request ids, health checks, and logs without personal data."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

import httpx2
import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from websockets.exceptions import InvalidStatus

from gateway.http.middleware.access_log import AccessLog
from gateway.observability.access_entry import ENTRY, AccessEntry
from stores.domain.outbox import Backlog, Consumer
from stores.domain.profiles import Profile
from stores.domain.rates import Rate
from stores.domain.revocations import Revocation
from stores.errors import Unavailable
from stores.memory.profiles import MemoryProfiles
from tests.gateway.app_client import TOKEN_ACCESS, app_client, bearer, sample_stores
from tests.gateway.http.websocket.client import closed, initialize, subscribe
from tests.gateway.log_stream import LogStream, captured_logs
from tests.gateway.served_gateway import serve_gateway
from tests.resolvers import world


@pytest.fixture
def logs() -> Iterator[LogStream]:
    """Collects what the process would log from DEBUG on."""
    with captured_logs() as stream:
        yield stream


class Broken(MemoryProfiles):
    """Raises an exception that is no StoreError and quotes its argument."""

    async def by_ids(self, learner_ids: Sequence[str]) -> Mapping[str, Profile]:
        raise KeyError(f"canary: no {learner_ids} at mongodb://canary:canary@host")

    async def ping(self) -> None:
        raise KeyError("canary")


class Down(MemoryProfiles):
    async def ping(self) -> None:
        raise Unavailable("profiles", "cannot be reached")

    async def backlog(self) -> Mapping[Consumer, Backlog]:
        raise Unavailable("outbox", "cannot be reached")

    async def in_force(self, now: datetime) -> Sequence[Revocation]:
        raise Unavailable("revocations", "cannot be reached")


async def test_every_response_has_a_request_id_and_a_log_line(logs: LogStream) -> None:
    async with app_client() as client:
        response = await client.post("/graphql?canary=1", json={"query": "{ __typename }"})
        lost = await client.get("/canary")
    assert (response.headers["x-request-id"], lost.headers["x-request-id"]) == ("request-1", "request-2")
    lines = [record for record in logs.records() if record["logger"] == "quadrangle.http"]
    assert [(line["request_id"], line["method"], line["route"], line["status"]) for line in lines] == [
        ("request-1", "POST", "/graphql", 200),
        ("request-2", "GET", "-", 404),
    ]
    assert all(line["ms"] >= 0 and line["level"] == "INFO" for line in lines)
    assert "canary" not in logs.getvalue()


async def test_only_refused_clients_have_their_address_in_the_log(logs: LogStream) -> None:
    headers = {"X-Forwarded-For": "192.0.2.1"}
    proxied = {"GATEWAY_TRUSTED_PROXIES": "127.0.0.1"}
    async with app_client(proxied, access=TOKEN_ACCESS, rate=Rate(per_minute=1, burst=1)) as client:
        for _ in range(2):
            await client.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
        await client.post("/graphql", content=b"{", headers=headers)
    lines = [record for record in logs.records() if record["logger"] == "quadrangle.http"]
    assert [(line["status"], line.get("client")) for line in lines] == [
        (200, None),
        (429, "192.0.2.1"),
        (401, "192.0.2.1"),
    ]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("trace-7:a.b_c", "trace-7:a.b_c"),
        ("x" * 128, "x" * 128),
        ("x" * 129, "request-1"),
        ('a"b', "request-1"),
        ("", "request-1"),
    ],
)
async def test_a_valid_request_id_is_kept(given: str, taken: str) -> None:
    async with app_client() as client:
        response = await client.get("/livez", headers={"X-Request-Id": given})
    assert response.headers["x-request-id"] == taken


async def test_the_entry_of_a_request_takes_no_fields_after_its_line(logs: LogStream) -> None:
    entries: list[AccessEntry] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        entry: AccessEntry = scope[ENTRY]
        assert entry.is_open
        entries.append(entry)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    transport = httpx2.ASGITransport(app=AccessLog(app, new_id=lambda: "request-1"))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        await client.get("/")
    assert [entry.is_open for entry in entries] == [False]


async def test_an_unexpected_error_is_masked(logs: LogStream) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise KeyError("canary: no learner at mongodb://canary:canary@host")

    transport = httpx2.ASGITransport(app=AccessLog(app, new_id=lambda: "request-1"))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        response = await client.get("/readyz")
    assert response.status_code == 500
    [error] = response.json()["errors"]
    assert error["extensions"] == {"code": "INTERNAL", "id": "request-1"}
    [record] = [record for record in logs.records() if record["level"] == "ERROR"]
    assert record["request_id"] == "request-1"
    assert [cause["kind"] for cause in record["errors"]] == ["KeyError"]
    assert any("test_access_log.py" in place for place in record["errors"][0]["at"])
    assert "canary" not in response.text + logs.getvalue()


async def test_no_data_of_requests_or_stores_is_logged(logs: LogStream) -> None:
    token = bearer(world.learner())
    async with app_client(access=TOKEN_ACCESS, open_stores=sample_stores(profiles=Broken())) as client:
        failed = await client.post(
            "/graphql",
            json={
                "query": "query($canary: ID!) { me { email } learner(id: $canary) { email } }",
                "variables": {"canary": "canary"},
            },
            headers={**token, "Cookie": "canary", "X-Canary": "canary"},
        )
        await client.post("/graphql", json={"query": "{ canary("}, headers=token)
        await client.post("/graphql", json={"query": "{ __typename }"}, headers={"Authorization": "Bearer canary"})
    assert failed.json()["data"] == {"me": {"email": None}, "learner": None}
    said = logs.getvalue()
    assert any(record.get("errors") for record in logs.records())
    for secret in ("canary", token["Authorization"].partition(" ")[2], world.ADA, "@example.org"):
        assert secret not in said
        assert secret not in failed.text


def test_messages_of_libraries_are_cut_to_their_template(logs: LogStream) -> None:
    logging.getLogger("some.driver").warning("lost %s\nmore canary", "canary")
    try:
        try:
            raise ValueError("canary")
        except ValueError as error:
            raise RuntimeError("canary") from error
    except RuntimeError:
        logging.getLogger("some.driver").exception("gave up")
    lost, gave_up = logs.records()
    assert (lost["message"], lost["logger"], lost["level"]) == ("lost %s", "some.driver", "WARNING")
    assert [cause["kind"] for cause in gave_up["errors"]] == ["RuntimeError", "ValueError"]
    assert "canary" not in logs.getvalue()


async def test_health_checks_are_logged_at_debug_level(logs: LogStream) -> None:
    async with app_client() as client:
        await client.get("/livez")
        await client.get("/readyz")
    assert {record["level"] for record in logs.records() if record["logger"] == "quadrangle.http"} == {"DEBUG"}


async def test_a_gateway_is_ready_with_one_store_down() -> None:
    async with app_client(open_stores=sample_stores(profiles=Down())) as client:
        live = await client.get("/livez")
        ready = await client.get("/readyz")
    assert (live.status_code, live.json()) == (200, {"live": True})
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert ready.json()["stores"]["profiles"] == {"state": "DOWN", "reason": "UNREACHABLE"}
    assert ready.json()["stores"]["catalog"] == {"state": "LIVE"}


async def test_a_gateway_is_not_ready_with_all_stores_down() -> None:
    async with app_client(open_stores=sample_stores(**dict.fromkeys(world.PORTS, Down()))) as client:
        live = await client.get("/livez")
        ready = await client.get("/readyz")
    assert (live.status_code, ready.status_code) == (200, 503)
    assert ready.json()["ready"] is False


async def test_a_client_that_disconnects_is_no_error(logs: LogStream) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise ClientDisconnect

    async def nothing(*_: object) -> NoReturn:
        raise AssertionError("the client is gone")

    scope = {"type": "http", "method": "POST", "headers": []}
    await AccessLog(app, new_id=lambda: "request-1")(scope, nothing, nothing)
    [record] = logs.records()
    assert (record["level"], record["status"], record["route"]) == ("INFO", 499, "-")


async def test_every_websocket_has_a_log_line_when_it_closes(logs: LogStream, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="uvicorn")
    async with serve_gateway() as gateway:
        async with gateway.socket(
            path="/graphql?canary=1", additional_headers={"X-Request-Id": "of-its-own"}
        ) as socket:
            assert socket.response is not None
            assert socket.response.headers["x-request-id"] == "of-its-own"
            await initialize(socket, canary="canary")
            for id in ("canary", "b"):
                await subscribe(socket, id, "query canary { hello }")
        async with gateway.socket() as early:
            await subscribe(early, "canary", "{ hello }")
            assert (await closed(early))[0] == 4401
        for refused in (gateway.socket(path="/canary"), gateway.socket(origin="https://other.example")):
            with pytest.raises(InvalidStatus):
                await refused
    lines = [record for record in logs.records() if record["message"] == "websocket"]
    assert [(line["request_id"], line["route"], line["code"], line["operations"]) for line in lines] == [
        ("of-its-own", "/graphql", 1000, 2),
        ("request-1", "/graphql", 4401, 0),
        ("request-1", "-", 403, 0),
        ("request-1", "/graphql", 403, 0),
    ]
    assert [line.get("client") for line in lines] == [None, "127.0.0.1", "127.0.0.1", "127.0.0.1"]
    assert all(line["ms"] >= 0 and line["level"] == "INFO" for line in lines)
    assert "canary" not in logs.getvalue() + caplog.text


@pytest.mark.parametrize("accepts", [True, False])
async def test_an_unexpected_error_of_a_websocket_is_masked(logs: LogStream, accepts: bool) -> None:
    sent: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if accepts:
            await send({"type": "websocket.accept"})
        raise KeyError("canary")

    async def receive() -> NoReturn:
        raise AssertionError("it asks for nothing")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "headers": [], "extensions": {"websocket.http.response": {}}}
    await AccessLog(app, new_id=lambda: "request-1")(scope, receive, send)
    assert sent[-1].get("code") == 1011 if accepts else sent[0]["status"] == 500
    unexpected, line = logs.records()
    assert (unexpected["level"], line["code"]) == ("ERROR", 1011 if accepts else 500)
    assert "canary" not in logs.getvalue() + repr(sent)
