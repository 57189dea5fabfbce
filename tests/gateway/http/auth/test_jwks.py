"""The keys of a JWKS URL: rotation, failures, and a flood of unknown key ids."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from gateway.http.auth import jwks_request
from gateway.http.auth.claims import ClaimMapping
from gateway.http.auth.jwks import RemoteKeys
from gateway.http.auth.jwks_request import JwksUnavailable, fetch_jwks
from gateway.http.auth.keys import KeySet
from gateway.http.auth.refusals import Unauthenticated
from gateway.http.auth.verification import TokenRules, Verification
from tests.gateway.http.auth.issuer import OTHER_KEY, JwksServer, claims, jwk_of, jwks_server, signed

REFRESH = timedelta(minutes=10)


class Seconds:
    """A monotonic clock that stands still."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
async def server() -> AsyncIterator[JwksServer]:
    async with jwks_server(*(jwk_of(name, kid=name) for name in ("RS256", "ES256", "EdDSA"))) as server:
        yield server


@pytest.fixture
def remote(server: JwksServer, seconds: Seconds) -> RemoteKeys:
    return RemoteKeys(partial(fetch_jwks, server.url), refresh=REFRESH, clock=seconds)


@pytest.fixture
def verification(remote: RemoteKeys) -> Verification:
    return Verification([remote], rules=TokenRules(), mapping=ClaimMapping())


async def accepted(verification: Verification, token: str) -> bool:
    try:
        await verification.viewer_of(token)
    except Unauthenticated:
        return False
    return True


async def test_one_fetch_serves_tokens_of_all_kinds(server: JwksServer, verification: Verification) -> None:
    tokens = [signed(claims(), name, kid=name) for name in ("RS256", "ES256", "EdDSA")] * 5
    assert all(await asyncio.gather(*(accepted(verification, token) for token in tokens)))
    assert server.requests == 1


@pytest.mark.parametrize("member", ["use", "key_ops", "alg", "kid", "kty", "crv", "x"])
@pytest.mark.parametrize("value", [None, 5, True, "", [], {}])
async def test_a_key_that_is_malformed_leaves_the_others(
    server: JwksServer, verification: Verification, member: str, value: object
) -> None:
    server.keys = [{**jwk_of("EdDSA", kid="odd"), member: value}, jwk_of("RS256", kid="RS256")]
    assert await accepted(verification, signed(claims(), kid="RS256"))


async def test_a_new_key_is_found_at_once(server: JwksServer, verification: Verification, seconds: Seconds) -> None:
    assert await accepted(verification, signed(claims(), kid="RS256"))
    server.keys = [*server.keys, jwk_of("EdDSA", key=OTHER_KEY, kid="new")]
    seconds.now += 30
    assert await accepted(verification, signed(claims(), "EdDSA", key=OTHER_KEY, kid="new"))
    assert server.requests == 2


async def test_a_withdrawn_key_is_refused_after_the_refresh(
    server: JwksServer, verification: Verification, remote: RemoteKeys, seconds: Seconds
) -> None:
    assert await accepted(verification, signed(claims(), kid="RS256"))
    server.keys = [jwk_of("EdDSA", key=OTHER_KEY, kid="new")]
    seconds.now += REFRESH.total_seconds()
    assert await remote.matching("RS256", "RS256"), "the stale set serves while the new one is fetched"
    assert await accepted(verification, signed(claims(), "EdDSA", key=OTHER_KEY, kid="new"))
    assert not await accepted(verification, signed(claims(sub="ben"), kid="RS256"))
    assert server.requests == 2


async def test_a_verified_token_of_a_withdrawn_key_is_refused_after_the_refresh(
    server: JwksServer, remote: RemoteKeys, seconds: Seconds
) -> None:
    began = datetime.now(UTC)
    verification = Verification(
        [remote],
        rules=TokenRules(),
        mapping=ClaimMapping(),
        recheck=REFRESH,
        now=lambda: began + timedelta(seconds=seconds.now - 1_000),
    )
    token = signed(claims(exp=int(began.timestamp()) + 7_200), kid="RS256")
    assert await accepted(verification, token)
    server.keys = [jwk_of("EdDSA", key=OTHER_KEY, kid="new")]
    seconds.now += REFRESH.total_seconds()
    server.asked.clear()
    assert await accepted(verification, token), "the stale set serves while the new one is fetched"
    await server.asked.wait()
    seconds.now += REFRESH.total_seconds()
    await remote.matching("new", "EdDSA")
    assert not await accepted(verification, token)


async def test_unknown_key_ids_force_one_fetch_in_30_s(
    server: JwksServer, verification: Verification, seconds: Seconds
) -> None:
    storm = [signed(claims(sub=str(number)), "EdDSA", key=OTHER_KEY, kid=f"k{number}") for number in range(200)]
    for fetches in (1, 2, 3):
        assert not any(await asyncio.gather(*(accepted(verification, token) for token in storm)))
        assert server.requests == fetches
        seconds.now += 29.9
        assert not await accepted(verification, storm[0])
        assert server.requests == fetches
        seconds.now += 0.2


async def test_an_unknown_key_of_hs256_fetches_nothing(server: JwksServer, verification: Verification) -> None:
    assert not await accepted(verification, signed(claims(), "HS256", key="x" * 32, kid="RS256"))
    assert server.requests == 0


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, None),
        (302, None),
        (200, b"x" * (jwks_request.MAX_BYTES + 1)),
        (200, b"[" * 100_000),
        (200, b"[]"),
        (200, b'{"keys": 1}'),
        (200, b'{"keys": []}'),
        (
            200,
            b'{"keys": [{"kty": "oct", "k": "c2VjcmV0"}, null, {"kty": ["RSA"]}, {"kty": "RSA", "n": 1, "e": "AQAB"}]}',
        ),
    ],
)
async def test_the_last_good_set_is_kept(
    server: JwksServer,
    verification: Verification,
    seconds: Seconds,
    caplog: pytest.LogCaptureFixture,
    status: int,
    body: bytes | None,
) -> None:
    assert await accepted(verification, signed(claims(), kid="RS256"))
    server.status, server.body = status, body
    with pytest.raises(JwksUnavailable):
        await fetch_jwks(server.url)
    seconds.now += REFRESH.total_seconds()
    assert not await accepted(verification, signed(claims(), kid="unknown"))
    assert await accepted(verification, signed(claims(sub="ben"), kid="RS256"))
    assert [record.message for record in caplog.records if record.levelno == logging.WARNING] == [
        "the JWKS cannot be read"
    ]
    assert caplog.records[0].__dict__["keys_kept"] == 3


async def test_a_server_that_hangs_delays_no_token_with_a_known_key(
    server: JwksServer, verification: Verification, seconds: Seconds
) -> None:
    assert await accepted(verification, signed(claims(), kid="RS256"))
    server.open.clear()
    server.asked.clear()
    seconds.now += REFRESH.total_seconds()
    waiting = asyncio.create_task(accepted(verification, signed(claims(), kid="unknown")))
    await server.asked.wait()
    assert await accepted(verification, signed(claims(sub="ben"), kid="RS256"))
    assert not waiting.done()
    server.open.set()
    assert not await waiting


async def test_a_fetch_ends_in_2_s(server: JwksServer) -> None:
    assert jwks_request.TIMEOUT_SECONDS == 2
    server.open.clear()
    with pytest.raises(JwksUnavailable, match="no answer in 2 s"):
        await fetch_jwks(server.url)


async def test_a_client_that_leaves_does_not_end_the_fetch(server: JwksServer, verification: Verification) -> None:
    server.open.clear()
    token = signed(claims(), kid="RS256")
    leaving, staying = (asyncio.create_task(accepted(verification, token)) for _ in range(2))
    await server.asked.wait()
    leaving.cancel()
    await asyncio.wait([leaving])
    server.open.set()
    assert await staying
    assert server.requests == 1


async def test_without_a_set_it_is_tried_once_a_second(seconds: Seconds) -> None:
    tries = 0

    async def fails() -> KeySet:
        nonlocal tries
        tries += 1
        raise JwksUnavailable("down")

    remote = RemoteKeys(fails, refresh=REFRESH, clock=seconds)
    for _ in range(10):
        assert await remote.matching("a", "RS256") == ()
    seconds.now += 1
    assert await remote.matching("a", "RS256") == ()
    assert tries == 2
