"""Key files: which keys verify which tokens, and that no header chooses the algorithm of a key."""

import base64
import json
from hashlib import sha256
from hmac import digest
from pathlib import Path
from typing import Any

import jwt
import pytest

from gateway.config.groups.auth import AuthSettings
from gateway.config.groups.claims import ClaimsSettings
from gateway.http.auth.configured import verification_of
from gateway.http.auth.refusals import Unauthenticated
from gateway.http.auth.verification import Verification
from gateway.runtime.errors import CommandError
from tests.gateway.http.auth.issuer import claims, jwk_of, pem_of, private_pem_of, signed

SECRET = "a secret of the tests, 32 bytes or longer"


def shared(payload: dict[str, Any], *, secret: str = SECRET) -> str:
    return jwt.encode(payload, secret, algorithm="HS256")


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def mac_by(key: bytes, header: dict[str, str]) -> str:
    """A token that is signed as HS256 with any bytes, as an attacker does with a public key."""
    text = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims(role="ADMIN")))
    return f"{text}.{encoded(digest(key, text.encode(), sha256))}"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Key files by name: PEM of each kind, a JWK, a JWKS of all, and some that cannot be used."""
    texts = {
        "rsa": pem_of("RS256"),
        "ec": pem_of("ES256"),
        "ed": pem_of("EdDSA"),
        "jwk": json.dumps(jwk_of("EdDSA", kid="one")).encode(),
        "jwks": json.dumps({"keys": [jwk_of(name, kid=name) for name in ("RS256", "ES256", "EdDSA")]}).encode(),
        "private": private_pem_of("ES256"),
        "secret": json.dumps({"kty": "oct", "k": encoded(SECRET.encode())}).encode(),
        "empty": b"",
        "p384": json.dumps({**jwk_of("ES256"), "crv": "P-384"}).encode(),
        "pss": json.dumps(jwk_of("RS256", alg="PS256")).encode(),
        "encryption": json.dumps(jwk_of("RS256", use="enc")).encode(),
        "short": json.dumps({"kty": "RSA", "n": encoded(b"\xff" * 128), "e": "AQAB"}).encode(),
    }
    for name, data in texts.items():
        (tmp_path / name).write_bytes(data)
    return {name: tmp_path / name for name in [*texts, "absent"]}


def by_files(*paths: Path, secret: str | None = None, **more: Any) -> Verification:
    return verification_of(AuthSettings(keys=paths, **more), ClaimsSettings(), secret=secret)


@pytest.mark.parametrize(("name", "algorithm"), [("rsa", "RS256"), ("ec", "ES256"), ("ed", "EdDSA"), ("jwk", "EdDSA")])
async def test_a_public_key_file_verifies(files: dict[str, Path], name: str, algorithm: str) -> None:
    verification = by_files(files[name])
    assert (await verification.viewer_of(signed(claims(), algorithm, kid="one"))).subject == "ada"
    assert (await verification.viewer_of(signed(claims(sub="ben"), algorithm))).subject == "ben"
    with pytest.raises(Unauthenticated):
        await verification.viewer_of(shared(claims()))


async def test_several_keys_and_secrets_verify_at_once(files: dict[str, Path]) -> None:
    old, new = "the secret before the present one", "the secret that follows the old one"
    verification = by_files(files["rsa"], files["ed"], secret=new, previous_secret=old)
    for token in (
        signed(claims(), "RS256", kid="any"),
        signed(claims(), "EdDSA"),
        shared(claims(), secret=old),
        shared(claims(), secret=new),
    ):
        assert (await verification.viewer_of(token)).subject == "ada"


@pytest.mark.parametrize("name", ["rsa", "ec", "ed", "jwks"])
@pytest.mark.parametrize("kid", ["RS256", None])
async def test_a_public_key_is_not_a_secret(files: dict[str, Path], name: str, kid: str | None) -> None:
    header = {"alg": "HS256", "typ": "JWT"} | ({"kid": kid} if kid else {})
    verification = by_files(files[name], secret=SECRET)
    for key in (files[name].read_bytes(), files[name].read_bytes().strip(), encoded(files[name].read_bytes()).encode()):
        with pytest.raises(Unauthenticated):
            await verification.viewer_of(mac_by(key, header))


async def test_a_header_does_not_choose_the_algorithm_of_a_key(files: dict[str, Path]) -> None:
    verification = by_files(files["jwks"])
    with pytest.raises(Unauthenticated):
        await verification.viewer_of(signed(claims(), "EdDSA", kid="RS256"))
    with pytest.raises(Unauthenticated):
        await verification.viewer_of(jwt.encode(claims(), private_pem_of("RS256"), "RS512", headers={"kid": "RS256"}))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("private", "private key"),
        ("secret", "not a public key"),
        ("empty", "neither PEM nor JSON"),
        ("p384", "not a public key"),
        ("pss", "not for RS256"),
        ("encryption", "not for signatures"),
        ("short", "less than 2048 bits"),
        ("absent", "cannot be read"),
    ],
)
def test_an_unusable_key_file_is_reported(files: dict[str, Path], name: str, words: str) -> None:
    with pytest.raises(CommandError) as stop:
        by_files(files[name])
    assert words in str(stop.value)
    assert SECRET not in str(stop.value)
