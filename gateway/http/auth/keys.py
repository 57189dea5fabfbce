"""Keys that verify tokens. Each is bound to one algorithm by its type (RFC 8725, 3.1); a header does not choose it.

Without this, a public key could be taken for the secret of HS256, and `none` for a signature.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from jwt import PyJWK, PyJWTError

ALGORITHMS: Mapping[tuple[str, str | None], str] = {
    ("oct", None): "HS256",
    ("RSA", None): "RS256",
    ("EC", "P-256"): "ES256",
    ("OKP", "Ed25519"): "EdDSA",
}
"""(type, curve) of a JWK → its algorithm (RFC 7518, RFC 8037)."""
SHARED_ALGORITHM = "HS256"
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})
MIN_RSA_BITS = 2_048  # RFC 7518, 3.3
MAX_CANDIDATES = 8
"""The most keys that one token is tried with."""


class UnusableKey(Exception):
    """The key cannot verify tokens here; the text says why and has nothing of the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key, its algorithm, and its id (`kid`), None if it has none."""

    id: str | None
    algorithm: str
    jwk: PyJWK


class Keys(Protocol):
    """Keys to verify tokens with."""

    async def matching(self, key_id: str | None, algorithm: str) -> Sequence[Key]:
        """The keys that may have signed a token with this header. Never raises."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """Keys at hand."""

    keys: Sequence[Key] = ()

    async def matching(self, key_id: str | None, algorithm: str) -> Sequence[Key]:
        return self.now_matching(key_id, algorithm)

    def now_matching(self, key_id: str | None, algorithm: str) -> Sequence[Key]:
        """The keys with this id. A key without an id matches each id, and a token without one each key."""
        fitting = [key for key in self.keys if key.algorithm == algorithm]
        named = [key for key in fitting if key_id is not None and key.id == key_id]
        return (named or [key for key in fitting if key_id is None or key.id is None])[:MAX_CANDIDATES]


def key_of_jwk(jwk: Any, *, shared: bool = False) -> Key:
    """The key of a JWK (RFC 7517): a public one, or with `shared` a secret. Raises `UnusableKey`."""
    if not isinstance(jwk, dict):
        raise UnusableKey("is not a JSON object")
    kind, curve, key_id = jwk.get("kty"), jwk.get("crv"), jwk.get("kid")
    algorithm = ALGORITHMS.get((kind, curve)) if isinstance(kind, str) and isinstance(curve, str | None) else None
    if algorithm is None or (algorithm == SHARED_ALGORITHM) is not shared:
        raise UnusableKey("is not a public key of RSA, P-256 or Ed25519")
    if jwk.get("alg", algorithm) != algorithm:
        raise UnusableKey(f"is not for {algorithm}")
    operations = jwk.get("key_ops", ["verify"])
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        raise UnusableKey("is not for signatures")
    if PRIVATE_MEMBERS & jwk.keys():
        raise UnusableKey("is a private key: the gateway must not have it")
    if not isinstance(key_id, str | None):
        raise UnusableKey("has an id that is not text")
    try:
        made = PyJWK.from_dict(jwk, algorithm)
    except (PyJWTError, ValueError, TypeError, KeyError):
        raise UnusableKey("is malformed") from None
    if kind == "RSA" and made.key.key_size < MIN_RSA_BITS:
        raise UnusableKey(f"has less than {MIN_RSA_BITS} bits")
    return Key(id=key_id, algorithm=algorithm, jwk=made)
