"""Settings of the rate of requests."""

from pydantic import Field

from gateway.config.groups.settings_group import SettingsGroup
from stores.domain.rates import Rate

MOST = 1_000_000_000


class RatesSettings(SettingsGroup):
    """What each subject, or each address without a token, may use: `limit` units of cost a minute, and `burst` of them
    at once."""

    limit: int = Field(default=600_000, ge=0, le=MOST, validation_alias="GATEWAY_RATE_LIMIT")
    burst: int = Field(default=100_000, ge=1, le=MOST, validation_alias="GATEWAY_RATE_BURST")

    @property
    def rate(self) -> Rate | None:
        """The rate, None if there is no limit."""
        return Rate(per_minute=self.limit, burst=self.burst) if self.limit else None
