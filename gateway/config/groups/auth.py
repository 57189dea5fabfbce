"""Settings of tokens: the keys that sign them, and what they must say."""

import ipaddress
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from gateway.config.groups.settings_group import Listed, Seconds, SettingsGroup

MIN_SECRET_BYTES = 32
EXAMPLE_URL = "https://login.example.org/.well-known/jwks.json"


def _check_secret(secret: SecretStr) -> SecretStr:
    # RFC 7518: an HS256 key has at least as many bits as the hash.
    if len(secret.get_secret_value().encode()) < MIN_SECRET_BYTES:
        raise ValueError(f"less than {MIN_SECRET_BYTES} bytes; `openssl rand -hex 32` makes a good one")
    return secret


def _check_jwks_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        host = None if parts.username is not None or parts.scheme not in {"https", "http"} else parts.hostname
    except ValueError:
        raise ValueError(f"not a URL such as {EXAMPLE_URL}") from None
    if not host:
        raise ValueError(f"not a URL such as {EXAMPLE_URL}")
    # Who can change the answer can sign tokens.
    if parts.scheme == "http" and not _is_loopback(host):
        raise ValueError("must be https (http on a loopback address only)")
    return text


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Secret = Annotated[SecretStr, AfterValidator(_check_secret)]
Days = Annotated[float, Field(gt=0, le=400)]


class AuthSettings(SettingsGroup):
    """Where the keys of tokens come from: shared secrets (HS256), files of public keys, and a JWKS URL, together.

    `previous_secret` is accepted, too, while a new `secret` takes its place. `issuer` and `audience`: what `iss` and
    `aud` must be; several audiences are alternatives. `longest_days`: the longest life of a token; revocations are kept
    as long.
    """

    secret: Secret | None = Field(default=None, validation_alias="GATEWAY_AUTH_SECRET")
    previous_secret: Secret | None = Field(default=None, validation_alias="GATEWAY_AUTH_PREVIOUS_SECRET")
    keys: Annotated[tuple[Path, ...], Listed] = Field(default=(), validation_alias="GATEWAY_AUTH_KEYS")
    jwks_url: Annotated[str, AfterValidator(_check_jwks_url)] | None = Field(
        default=None, validation_alias="GATEWAY_AUTH_JWKS_URL"
    )
    jwks_refresh: Seconds = Field(default=timedelta(minutes=10), validation_alias="GATEWAY_AUTH_JWKS_REFRESH")
    issuer: str | None = Field(default=None, min_length=1, validation_alias="GATEWAY_AUTH_ISSUER")
    audience: Annotated[tuple[str, ...], Listed] = Field(default=(), validation_alias="GATEWAY_AUTH_AUDIENCE")
    leeway: Seconds = Field(default=timedelta(seconds=5), validation_alias="GATEWAY_AUTH_LEEWAY")
    longest_days: Days = Field(default=30, validation_alias="GATEWAY_AUTH_LONGEST_DAYS")

    @property
    def keep_revocations(self) -> timedelta:
        """How long revocations are kept: until all tokens that they revoke have expired."""
        return timedelta(days=self.longest_days) + 2 * self.leeway  # the leeway counts at both ends of a token's life
