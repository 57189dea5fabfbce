"""Clients read the 413 of a body that is too large, although they are still sending it."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from io import BytesIO

import aiohttp
import httpx2
import pytest

from tests.gateway.http.bounds.raw_client import TYPENAME, connected, head, post
from tests.gateway.served_gateway import ServedGateway, serve_gateway

LARGE = [1_300_000, 8_000_000]
JSON = {"Content-Type": "application/json"}


def with_urllib(url: str, body: bytes) -> int:
    request = urllib.request.Request(url, body, JSON)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError) as refused, opener.open(request):
        pass
    with refused.value as error:
        assert b"TOO_LARGE" in error.read()
        return error.code


async def with_aiohttp(url: str, body: bytes) -> int:
    async with aiohttp.ClientSession() as session, session.post(url, data=BytesIO(body), headers=JSON) as response:
        assert b"TOO_LARGE" in await response.read()
        return response.status


async def with_httpx2(url: str, body: bytes | AsyncIterator[bytes]) -> int:
    async with httpx2.AsyncClient(trust_env=False) as client:
        response = await client.post(url, content=body, headers=JSON)
        assert b"TOO_LARGE" in response.content
        return response.status_code


@pytest.mark.parametrize("size", LARGE)
async def test_python_clients_read_the_refusal(size: int) -> None:
    body = b"x" * size

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, size, 100_000):
            yield body[start : start + 100_000]

    async with serve_gateway() as gateway:
        url = f"{gateway.url}/graphql"
        for _ in range(3):
            assert await asyncio.to_thread(with_urllib, url, body) == 413
            assert await with_aiohttp(url, body) == 413
            assert await with_httpx2(url, body) == 413
            assert await with_httpx2(url, chunks()) == 413


async def test_the_bodies_of_all_requests_are_bounded_together() -> None:
    large = TYPENAME + b" " * 60_000
    settings = {"GATEWAY_BODIES_LIMIT": "50000"}
    async with serve_gateway(settings) as gateway, connected(gateway) as slow, connected(gateway) as client:
        await client.send(post(large))
        assert (await client.answer()).status == 200
        await slow.send(post(large)[:-1])
        await eventually_refused(gateway, post(large))
        await client.send(post())
        assert (await client.answer()).status == 200
        await slow.send(b" ")
        assert (await slow.answer()).status == 200
        await client.send(post(large))
        assert (await client.answer()).status == 200


async def eventually_refused(gateway: ServedGateway, request: bytes) -> None:
    """The gateway may not have received all that was sent before."""
    async with asyncio.timeout(10):
        while True:
            async with connected(gateway) as client:
                await client.send(request)
                answer = await client.answer()
            if answer.status != 200:
                break
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "OVERLOADED", "1")


async def test_what_is_dropped_of_a_body_is_bounded() -> None:
    async with serve_gateway() as gateway, connected(gateway) as client:
        await client.send(head(length=10**9))
        assert (await client.answer()).status == 413
        with pytest.raises(ConnectionError):
            await client.send(b"x" * 100_000_000)
