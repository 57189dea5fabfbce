"""One request to a JWKS URL: bounded in time and size, without redirects."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from gateway.http.auth.keys import Key, KeySet, UnusableKey, key_of_jwk
from gateway.observability.tracing.tracing import Tracing

TIMEOUT_SECONDS = 2.0
MAX_BYTES = 256 * 1024
MAX_KEYS = 100


class JwksUnavailable(Exception):
    """The URL gave no key set. The text is for the log and has nothing of the response."""


async def fetch_jwks(url: str, tracing: Tracing | None = None) -> KeySet:
    """The usable keys of a JWKS (RFC 7517, 5): others, such as those for encryption, are left out. Raises
    `JwksUnavailable`."""
    if tracing is None:
        return await _fetch(url, {}, ignore)
    span = tracing.get(url)
    failure: str | None = None
    try:
        return await _fetch(url, span.headers, span.responded)
    except JwksUnavailable as error:
        failure = str(error)
        raise
    finally:
        span.end(failure)


def ignore(status: int) -> None:
    """Do nothing with the status of a response."""


async def _fetch(url: str, headers: Mapping[str, str], on_response: Callable[[int], None]) -> KeySet:
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers={"Accept-Encoding": "identity", **headers}) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            on_response(response.status)
            if response.status != 200:
                raise JwksUnavailable(f"status {response.status}")
            body = bytearray()
            async for chunk in response.content.iter_chunked(16_384):
                body += chunk
                if len(body) > MAX_BYTES:
                    raise JwksUnavailable(f"more than {MAX_BYTES // 1024} KiB")
    except TimeoutError:
        raise JwksUnavailable(f"no answer in {TIMEOUT_SECONDS:g} s") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise JwksUnavailable(type(error).__name__) from None
    return usable_keys(bytes(body))


def usable_keys(body: bytes) -> KeySet:
    """The usable keys of a response. Raises `JwksUnavailable` if it is no JWKS, or has none."""
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise JwksUnavailable("not JSON") from None
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise JwksUnavailable("not a JWKS")
    usable: list[Key] = []
    for jwk in listed[:MAX_KEYS]:
        try:
            usable.append(key_of_jwk(jwk))
        except UnusableKey:
            continue
    if not usable:
        raise JwksUnavailable("no key of RSA (2,048 bits), P-256 or Ed25519 for signatures")
    return KeySet(usable)
