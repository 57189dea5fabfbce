"""An issuer of tokens: keys of all three kinds, and a server of its JWKS on a free port."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

PRIVATE_KEYS: Mapping[str, Any] = {
    "RS256": generate_rsa(65_537, 2_048),
    "ES256": generate_ec(SECP256R1()),
    "EdDSA": Ed25519PrivateKey.generate(),
}
OTHER_KEY = Ed25519PrivateKey.generate()
TO_JWK: Mapping[str, Any] = {"RS256": RSAAlgorithm, "ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}


def claims(**more: Any) -> dict[str, Any]:
    """The claims of a learner's token that is valid now."""
    now = int(datetime.now(UTC).timestamp())
    given = {"sub": "ada", "role": "LEARNER", "iat": now, "exp": now + 600, **more}
    return {name: value for name, value in given.items() if value is not None}


def signed(payload: Mapping[str, Any], algorithm: str = "RS256", *, key: Any = None, kid: str | None = None) -> str:
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(dict(payload), key or PRIVATE_KEYS[algorithm], algorithm=algorithm, headers=headers)


def jwk_of(algorithm: str, *, key: Any = None, **members: Any) -> dict[str, Any]:
    public = (key or PRIVATE_KEYS[algorithm]).public_key()
    return {**TO_JWK[algorithm].to_jwk(public, as_dict=True), **members}


def pem_of(algorithm: str) -> bytes:
    public: bytes = PRIVATE_KEYS[algorithm].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return public


def private_pem_of(algorithm: str) -> bytes:
    secret: bytes = PRIVATE_KEYS[algorithm].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret


@dataclass(slots=True)
class JwksServer:
    """Serves `keys`; or, if it is set, `body` with `status`; and waits before each answer until `open` is set.
    `headers`: those of the last request."""

    url: str = ""
    keys: Sequence[dict[str, Any]] = ()
    status: int = 200
    body: bytes | None = None
    requests: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests += 1
        self.headers = request.headers
        self.asked.set()
        await self.open.wait()
        body = json.dumps({"keys": self.keys}).encode() if self.body is None else self.body
        headers = {"Location": self.url} if self.status == 302 else {}
        return web.Response(body=body, status=self.status, headers=headers, content_type="application/json")


@asynccontextmanager
async def jwks_server(*keys: dict[str, Any]) -> AsyncIterator[JwksServer]:
    server = JwksServer(keys=keys)
    server.open.set()
    runner = web.ServerRunner(web.Server(server.answer), shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/keys"
        yield server
    finally:
        server.open.set()
        await runner.cleanup()
