"""Compression: large responses, as the client accepts it, and never event streams."""

import gzip
import json

import pytest
import zstandard
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from gateway.http.middleware.compression import SMALLEST, Compression
from tests.gateway.app_client import app_client
from tests.resolvers import world

BIG = {"query": "{ learners(first: 50) { edges { cursor node { id learnerId displayName locale } } } }"}


async def test_large_responses_are_compressed_as_the_client_accepts_it() -> None:
    async with app_client() as client:
        plain = await client.post("/graphql", json=BIG, headers={"Accept-Encoding": "identity"})
        zipped = await client.post("/graphql", json=BIG, headers={"Accept-Encoding": "gzip, br"})
        best = await client.post("/graphql", json=BIG, headers={"Accept-Encoding": "gzip, zstd"})
        refused = await client.post("/graphql", json=BIG, headers={"Accept-Encoding": "zstd;q=0, gzip;q=0.0"})
        small = await client.post("/graphql", json={"query": "{ __typename }"}, headers={"Accept-Encoding": "gzip"})
    found = [response.headers.get("content-encoding") for response in (plain, zipped, best, refused, small)]
    assert found == [None, "gzip", "zstd", None, None]
    unpacked = zstandard.ZstdDecompressor().decompressobj().decompress(best.content)  # the client of the tests cannot
    assert plain.json() == zipped.json() == json.loads(unpacked) == refused.json()
    for response in (plain, zipped, best):
        assert "accept-encoding" in response.headers["vary"].lower()
    assert int(zipped.headers["content-length"]) < int(plain.headers["content-length"]) / 2


def test_the_bodies_are_in_the_formats_that_the_headers_name() -> None:
    body = json.dumps([world.ADA] * 500).encode()
    app = Compression(Starlette(routes=[Route("/", lambda request: Response(body))]))
    client = TestClient(app)
    for encoding, decode in (
        ("gzip", gzip.decompress),
        ("zstd", zstandard.ZstdDecompressor().decompressobj().decompress),
    ):
        with client.stream("GET", "/", headers={"Accept-Encoding": encoding}) as response:
            assert decode(b"".join(response.iter_raw())) == body


@pytest.mark.parametrize("accepted", ["zstd", "gzip, zstd"])
def test_without_the_extra_there_is_gzip_at_best(accepted: str) -> None:
    app = Compression(Starlette(routes=[Route("/", lambda request: Response(b"x" * 5000))]), has_zstd=False)
    response = TestClient(app).get("/", headers={"Accept-Encoding": accepted})
    assert response.headers.get("content-encoding") == ("gzip" if "gzip" in accepted else None)


@pytest.mark.parametrize(
    ("length", "headers"),
    [(SMALLEST - 1, {}), (5000, {"Content-Type": "text/event-stream"}), (5000, {"Content-Encoding": "br"})],
)
def test_some_responses_stay_as_they_are(length: int, headers: dict[str, str]) -> None:
    body = b"x" * length
    app = Compression(Starlette(routes=[Route("/", lambda request: Response(body, headers=headers))]))
    with TestClient(app).stream("GET", "/", headers={"Accept-Encoding": "gzip, zstd"}) as response:
        assert response.headers.get("content-encoding") == headers.get("Content-Encoding")
        assert b"".join(response.iter_raw()) == body
