"""Settings of tokens."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from gateway.config.groups.settings_group import SettingsGroup

MIN_SECRET_BYTES = 32


def _check_secret(secret: SecretStr) -> SecretStr:
    # RFC 7518: an HS256 key has at least as many bits as the hash.
    if len(secret.get_secret_value().encode()) < MIN_SECRET_BYTES:
        raise ValueError(f"less than {MIN_SECRET_BYTES} bytes; `openssl rand -hex 32` makes a good one")
    return secret


Secret = Annotated[SecretStr, AfterValidator(_check_secret)]


class AuthSettings(SettingsGroup):
    """`secret` signs the tokens (HS256)."""

    secret: Secret | None = Field(default=None, validation_alias="GATEWAY_AUTH_SECRET")
