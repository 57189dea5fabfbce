"""Reads keys: shared secrets, and public keys as PEM, JWK or JWKS."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from gateway.http.auth.keys import Key, KeySet, UnusableKey, key_of_jwk

MAX_FILE_BYTES = 256 * 1024
PEM_BEGIN, PRIVATE = b"-----BEGIN ", b"PRIVATE KEY"
PEM_ALGORITHMS: Mapping[type, Any] = {
    RSAPublicKey: RSAAlgorithm,
    EllipticCurvePublicKey: ECAlgorithm,
    Ed25519PublicKey: OKPAlgorithm,
}


def key_of_secret(secret: str) -> Key:
    """The key of HS256 with this secret."""
    encoded = urlsafe_b64encode(secret.encode()).decode().rstrip("=")
    return key_of_jwk({"kty": "oct", "k": encoded}, shared=True)


def read_key_file(path: Path) -> KeySet:
    """The public keys of a file: one in PEM, a JWK, or a JWKS. Raises `UnusableKey`, whose text does not name it."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UnusableKey(f"cannot be read: {error.strerror}") from None
    if len(data) > MAX_FILE_BYTES:
        raise UnusableKey(f"is larger than {MAX_FILE_BYTES // 1024} KiB")
    if PEM_BEGIN in data:
        return KeySet([key_of_pem(data)])
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise UnusableKey("is neither PEM nor JSON") from None
    return keys_of_document(document)


def key_of_pem(data: bytes) -> Key:
    """The key of a PEM `PUBLIC KEY` (RFC 7468). It has no id. Raises `UnusableKey`."""
    if PRIVATE in data:
        raise UnusableKey("is a private key: the gateway must not have it")
    try:
        public: Any = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise UnusableKey("is not a PEM public key") from None
    for kind, algorithm in PEM_ALGORITHMS.items():
        if isinstance(public, kind):
            jwk: Any = algorithm.to_jwk(public, as_dict=True)
            return key_of_jwk(jwk)
    raise UnusableKey("is not a public key of RSA, P-256 or Ed25519")


def keys_of_document(document: Any) -> KeySet:
    """The keys of a JWK or a JWKS. Raises `UnusableKey` if one of them cannot be used."""
    listed = document.get("keys") if isinstance(document, dict) and "keys" in document else [document]
    if not isinstance(listed, list) or not listed:
        raise UnusableKey("has no keys")
    return KeySet([key_of_jwk(jwk) for jwk in listed])
