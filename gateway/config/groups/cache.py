"""Settings of what operations share."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from gateway.config.groups.settings_group import Seconds, SettingsGroup


class CacheSettings(SettingsGroup):
    """Whether queries share profiles, courses and course numbers (docs/caching.md). `bytes` are for all values that are
    kept; `ttl` is how long a profile and the newest version of a course are kept."""

    mode: Literal["on", "off"] = Field(default="on", validation_alias="GATEWAY_CACHE")
    bytes: int = Field(default=100_663_296, ge=1_048_576, validation_alias="GATEWAY_CACHE_BYTES")
    ttl: Seconds = Field(default=timedelta(seconds=60), validation_alias="GATEWAY_CACHE_TTL")
