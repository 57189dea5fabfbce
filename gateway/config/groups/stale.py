"""Settings of the last good values."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from gateway.config.groups.settings_group import Seconds, SettingsGroup


class StaleSettings(SettingsGroup):
    """Whether queries are served the last good values of a store that fails (docs/caching.md). `bytes` are for all
    values that are kept; `ttl` is how old one may be that is served."""

    mode: Literal["on", "off"] = Field(default="on", validation_alias="GATEWAY_STALE")
    bytes: int = Field(default=67_108_864, ge=1_048_576, validation_alias="GATEWAY_STALE_BYTES")
    ttl: Seconds = Field(default=timedelta(minutes=10), validation_alias="GATEWAY_STALE_TTL")
