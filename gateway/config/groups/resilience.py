"""Settings of what happens while a store fails."""

from pydantic import Field

from gateway.config.groups.settings_group import SettingsGroup


class ResilienceSettings(SettingsGroup):
    """A breaker opens if at least `breaker_calls` calls ended lately and at least `breaker_share` (0 … 1) of them
    failed. `in_flight`: the largest number of reads, and of writes, of one store that are under way at once."""

    breaker_calls: int = Field(default=5, ge=1, validation_alias="GATEWAY_BREAKER_CALLS")
    breaker_share: float = Field(default=0.5, gt=0, le=1, validation_alias="GATEWAY_BREAKER_SHARE")
    in_flight: int = Field(default=64, ge=1, validation_alias="GATEWAY_BREAKER_IN_FLIGHT")
