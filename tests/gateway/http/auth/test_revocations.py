"""Revoked tokens on two gateways: requests, sockets and event streams."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import jwt
import pytest

from resolvers.viewer import Viewer
from stores.memory.live import MemoryLive
from stores.memory.revocations import MemoryRevocations
from tests.gateway.app_client import SCHEMA, TOKEN_ACCESS, TOKENS, bearer
from tests.gateway.controlled_subscriptions import WITHIN
from tests.gateway.http.websocket.client import closed, initialize, send_message
from tests.gateway.served_gateway import ServedGateway, serve_gateway
from tests.resolvers import world

REVOKE = (
    "mutation Revoke($input: RevokeTokensInput!) { revokeTokens(input: $input) { revokedAt errors { code path } } }"
)
PRESENCE = f'subscription {{ presenceChanged(course: "{world.ALGEBRA}") {{ status }} }}'
ADA, TEACHER = world.learner(world.ADA), world.instructor(world.ALGEBRA)


def utc_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def two_gateways(*, signals: bool) -> AsyncIterator[list[ServedGateway]]:
    """Two processes that share their revocations, and with `signals` their signals."""
    revocations, live = MemoryRevocations(), MemoryLive()
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                serve_gateway(
                    schema=SCHEMA,
                    access=TOKEN_ACCESS,
                    now=utc_now,
                    revocations=revocations,
                    live=live if signals else MemoryLive(),
                )
            )
            for _ in range(2)
        ]


def token_of(viewer: Viewer, *, ago: timedelta = timedelta(minutes=1)) -> dict[str, str]:
    token = TOKENS.mint(viewer, now=utc_now() - ago, valid_for=timedelta(hours=1))
    return {"Authorization": f"Bearer {token}"}


async def ask(gateway: ServedGateway, headers: dict[str, str], query: str = "{ me { learnerId } }", **more: Any) -> Any:
    async with httpx2.AsyncClient(timeout=WITHIN) as client:
        body = {"query": query, **more}
        return (await client.post(f"{gateway.url}/graphql", json=body, headers=headers)).json()


def refused(body: Any) -> bool:
    return bool("errors" in body and body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED")


async def revoke(gateway: ServedGateway, **what: str) -> Any:
    headers = token_of(replace(world.admin(), subject="operator"))
    return (await ask(gateway, headers, REVOKE, variables={"input": what}))["data"]["revokeTokens"]


@pytest.mark.parametrize(("kind", "signals"), [("subject", True), ("jti", False)])
async def test_sockets_and_requests_end_on_both_gateways(kind: str, *, signals: bool) -> None:
    headers = token_of(TEACHER)
    claims = jwt.decode(headers["Authorization"].split()[1], options={"verify_signature": False})
    other = token_of(ADA)
    async with two_gateways(signals=signals) as gateways, AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(gateway.socket()) for gateway in gateways]
        for gateway, socket in zip(gateways, sockets, strict=True):
            await initialize(socket, **headers)
            await send_message(socket, "subscribe", id="1", payload={"query": PRESENCE})
            assert not refused(await ask(gateway, headers, "{ viewer { role } }"))
        done = await revoke(gateways[0], **{kind: claims["sub" if kind == "subject" else "jti"]})
        assert done["errors"] == []
        assert done["revokedAt"] is not None
        for gateway, socket in zip(gateways, sockets, strict=True):
            assert await closed(socket) == (4403, "Forbidden")
            assert refused(await ask(gateway, headers, "{ viewer { role } }"))
            assert not refused(await ask(gateway, other, "{ viewer { role } }"))
            async with gateway.socket() as socket:
                await send_message(socket, "connection_init", payload=headers)
                assert await closed(socket) == (4403, "Forbidden")
        later = token_of(TEACHER, ago=timedelta(seconds=-2))
        assert refused(await ask(gateways[0], later, "{ viewer { role } }")) is False


async def test_an_event_stream_ends_without_complete() -> None:
    headers = token_of(TEACHER) | {"Accept": "text/event-stream"}
    async with two_gateways(signals=True) as (gateway, other), httpx2.AsyncClient(timeout=WITHIN) as client:
        opened = client.stream("POST", f"{gateway.url}/graphql", json={"query": PRESENCE}, headers=headers)
        async with opened as response:
            assert response.status_code == 200
            assert (await revoke(other, subject=TEACHER.subject))["errors"] == []
            assert b"complete" not in await response.aread()
        assert (
            await client.post(f"{gateway.url}/graphql", json={"query": PRESENCE}, headers=headers)
        ).status_code == 401


async def test_a_socket_ends_with_its_token() -> None:
    expires_at = utc_now() + timedelta(minutes=5)
    times = [utc_now()]
    token = TOKENS.mint(TEACHER, now=times[0], valid_for=timedelta(minutes=5))
    async with (
        serve_gateway(schema=SCHEMA, access=TOKEN_ACCESS, now=lambda: times[0]) as gateway,
        gateway.socket() as idle,
        gateway.socket() as other,
    ):
        await initialize(idle, Authorization=f"Bearer {token}")
        await initialize(other, **bearer(TEACHER))
        times[0] = expires_at
        assert await closed(idle) == (4403, "Forbidden")
        await send_message(other, "ping")
        assert '"pong"' in str(await other.recv())


@pytest.mark.parametrize(
    ("viewer", "given", "codes"),
    [
        (world.learner(world.ADA), {"subject": world.ADA}, ["FORBIDDEN"]),
        (TEACHER, {"subject": world.ADA}, ["FORBIDDEN"]),
        (world.admin(), {}, ["BAD_USER_INPUT"]),
        (world.admin(), {"subject": "a", "jti": "b"}, ["BAD_USER_INPUT"]),
        (world.admin(), {"subject": ""}, ["BAD_USER_INPUT"]),
        (world.admin(), {"jti": "a\0"}, ["BAD_USER_INPUT"]),
        (world.admin(), {"jti": "x" * 513}, ["BAD_USER_INPUT"]),
        (world.admin(), {"jti": "x" * 512}, []),
    ],
)
async def test_who_may_revoke_what(viewer: Viewer, given: dict[str, str], codes: list[str]) -> None:
    stores = await world.open_school()
    result = await SCHEMA.execute(REVOKE, variable_values={"input": given}, context_value=world.peer_of(stores, viewer))
    assert result.errors is None
    payload = (result.data or {})["revokeTokens"]
    assert [error["code"] for error in payload["errors"]] == codes
    assert (payload["revokedAt"] is None) is bool(codes)
    [kept] = [*await stores.revocations.in_force(world.NOW), None][:1]
    assert (kept is None) is bool(codes)
    assert kept is None or (kept.revoked_at, kept.until) == (world.NOW, world.NOW + timedelta(days=31))
