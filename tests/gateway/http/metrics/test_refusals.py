"""What is refused, in the metrics: by the kind of the limit, and by the reason for which a token is refused."""

import asyncio
import json
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from strawberry.utils.str_converters import to_camel_case
from websockets.exceptions import InvalidStatus

from gateway.http.auth.access import Access
from gateway.http.auth.configured import verification_by
from gateway.http.websocket.connection import ConnectionLimits
from gateway.observability.refusals import RefusalKind
from resolvers.limits import Limits
from stores.domain.rates import Rate
from tests.gateway.app_client import SECRET, TOKEN_ACCESS, TOKENS, bearer
from tests.gateway.http.bounds.raw_client import connected
from tests.gateway.http.bounds.slow_operations import READ, StalledCatalog, Write, slow_schema, within
from tests.gateway.http.metrics.measured_gateway import MeasuredGateway, measured_gateway
from tests.gateway.http.websocket.client import closed, code_of, initialize, receive_message, send_message, subscribe
from tests.resolvers import world

GET = b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def kinds(gateway: MeasuredGateway) -> dict[str, float]:
    """The limits that refused something, and how often."""
    samples = (await gateway.scrape()).families["quadrangle_refusals_total"].samples
    return {sample.labels["kind"]: sample.value for sample in samples if sample.value}


async def reasons(gateway: MeasuredGateway) -> dict[str, float]:
    """The reasons for which a request was not authenticated, and how often."""
    samples = (await gateway.scrape()).families["quadrangle_auth_refusals_total"].samples
    return {sample.labels["reason"]: sample.value for sample in samples if sample.value}


@pytest.mark.parametrize(
    ("setting", "query", "kind"),
    [
        ({"GATEWAY_LIMIT_DEPTH": "1"}, "{ courses(first: 1) { edges { node { title } } } }", "depth"),
        ({"GATEWAY_LIMIT_COST": "5"}, "{ courses(first: 9) { edges { node { title } } } }", "cost"),
        ({"GATEWAY_LIMIT_TOKENS": "5"}, "{ courses(first: 9) { edges { node { title } } } }", "tokens"),
        ({"GATEWAY_LIMIT_RESPONSE": "20"}, "{ courses(first: 9) { edges { node { title } } } }", "response"),
        (
            {"GATEWAY_LIMIT_STORE_CALLS": "1", "GATEWAY_CACHE": "off"},
            "{ courses(first: 9) { edges { node { title onlineNow } } } }",
            "storeCalls",
        ),
    ],
)
async def test_limits_of_an_operation_count_by_their_name(setting: dict[str, str], query: str, kind: str) -> None:
    async with measured_gateway(setting) as gateway:
        assert "errors" in await gateway.post(query)
        assert await kinds(gateway) == {kind: 1}
        measured = setting | {"GATEWAY_LIMITS_MODE": "measure"}
    async with measured_gateway(measured) as gateway:
        assert "errors" not in await gateway.post(query)
        assert await kinds(gateway) == {}


def test_every_limit_of_an_operation_has_a_kind() -> None:
    names = [field.name for field in fields(Limits) if isinstance(field.default, int)]
    assert "introspection_depth" in names
    assert {to_camel_case(name) for name in names} <= set(RefusalKind)


async def test_a_used_up_rate_counts() -> None:
    async with measured_gateway(rate=Rate(per_minute=60, burst=20)) as gateway:
        await gateway.post("{ courses(first: 90) { edges { node { title } } } }")
        assert (await gateway.post("{ __typename }"))["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
        scraped = await gateway.scrape()
        assert scraped.value("refusals_total", kind="rate") == 1
        refused = {"operation": "other", "type": "invalid", "role": "ADMIN", "outcome": "refused"}
        assert scraped.value("operations_total", **refused) == 1


async def test_an_overloaded_gateway_counts_what_it_refuses() -> None:
    catalog, settings = StalledCatalog(), {"GATEWAY_OPERATIONS": "1", "GATEWAY_DEADLINE_CATALOG": "60"}
    async with measured_gateway(settings, schema=slow_schema(Write()), catalog=catalog) as gateway:
        reading = asyncio.create_task(gateway.post(READ))
        await within(catalog.begun)
        assert (await gateway.client.post("/graphql", json={"query": READ})).status_code == 503
        assert await kinds(gateway) == {"operations": 1}
        reading.cancel()
        await asyncio.wait([reading])


async def test_a_text_counts_where_only_trusted_documents_are_served(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps({"one": "query One { __typename }"}))
    settings = {"GATEWAY_DOCUMENTS": "trusted", "GATEWAY_DOCUMENTS_PATH": str(tmp_path / "one.json")}
    async with measured_gateway(settings, access=TOKEN_ACCESS) as gateway:
        await gateway.post("{ __typename }", headers=bearer(world.learner()))
        assert await kinds(gateway) == {"untrustedDocument": 1}


async def test_bodies_and_heads_that_are_too_large_count() -> None:
    async with measured_gateway({"GATEWAY_BODY_LIMIT": "100", "GATEWAY_HEAD_LIMIT": "1024"}) as gateway:
        assert (await gateway.client.post("/graphql", content=b"x" * 101)).status_code == 413
        assert (await gateway.client.get("/livez", headers={"X": "x" * 2_000})).status_code == 431
        assert await kinds(gateway) == {"body": 1, "head": 1}


async def test_bodies_that_are_too_large_together_count() -> None:
    async with measured_gateway({"GATEWAY_BODIES_LIMIT": "1000"}) as gateway:
        assert (await gateway.client.post("/graphql", json={"query": "x" * 50_000})).status_code == 503
        assert await kinds(gateway) == {"bodies": 1}


async def test_a_request_that_is_not_sent_in_time_counts() -> None:
    async with measured_gateway({"GATEWAY_HEAD_TIMEOUT": "0.05"}) as gateway:
        async with connected(gateway.gateway) as client:
            await client.send(b"GET /livez HT")
            assert (await client.answer()).status == 408
        assert await kinds(gateway) == {"slowRequest": 1}


async def test_sockets_beyond_those_of_a_subject_count() -> None:
    async with (
        measured_gateway({"GATEWAY_SOCKETS_PER_SUBJECT": "1"}) as gateway,
        gateway.gateway.socket() as first,
        gateway.gateway.socket() as second,
    ):
        await initialize(first)
        await send_message(second, "connection_init")
        assert (await closed(second))[0] == 4429
        assert await kinds(gateway) == {"socketsOfSubject": 1}


async def test_sockets_beyond_those_of_an_address_count() -> None:
    async with measured_gateway({"GATEWAY_SOCKETS_PER_ADDRESS": "1"}) as gateway, gateway.gateway.socket():
        with pytest.raises(InvalidStatus):
            await gateway.gateway.socket()
        assert await kinds(gateway) == {"socketsOfAddress": 1}


async def test_connections_beyond_the_limit_count() -> None:
    async with measured_gateway({"GATEWAY_CONNECTIONS": "1"}) as gateway:
        async with connected(gateway.gateway) as first:
            await first.send(GET % b"/livez")
            await first.answer()
            async with connected(gateway.gateway) as second:
                await second.send(GET % b"/readyz")
                assert (await second.answer()).status == 503
        assert await kinds(gateway) == {"connections": 1}


async def test_requests_that_are_not_authenticated_count_by_the_reason() -> None:
    old = TOKENS.mint(world.learner(), now=world.NOW - timedelta(days=3), valid_for=timedelta(hours=1))
    access = Access(verification=verification_by(SECRET))  # with counts of its own
    async with measured_gateway(access=access) as gateway:
        for authorization in (f"Bearer {old}", "Bearer nonsense", "Basic dXNlcjpwYXNz"):
            await gateway.post("{ me { id } }", headers={"Authorization": authorization})
        await gateway.post("{ me { id } }")
        async with gateway.gateway.socket() as socket:
            await send_message(socket, "connection_init")
            assert (await closed(socket))[0] == 4403
        async with gateway.gateway.socket() as socket:
            await send_message(socket, "connection_init", payload={"Authorization": 7})
            assert (await closed(socket))[0] == 4403
        assert await reasons(gateway) == {"expired": 1, "malformed": 1, "not a bearer token": 2, "no token": 2}


async def test_operations_beyond_those_of_a_socket_count() -> None:
    limits = ConnectionLimits(operations=1)
    catalog, settings = StalledCatalog(), {"GATEWAY_DEADLINE_CATALOG": "60"}
    schema = slow_schema(Write())
    async with (
        measured_gateway(settings, schema=schema, catalog=catalog, limits=limits) as gateway,
        gateway.gateway.socket() as socket,
    ):
        await initialize(socket)
        await subscribe(socket, "1", READ)
        await within(catalog.begun)
        await subscribe(socket, "2", READ)
        assert code_of(await receive_message(socket)) == "TOO_MANY"
        assert await kinds(gateway) == {"operationsOfSocket": 1}
