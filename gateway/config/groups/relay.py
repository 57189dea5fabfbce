"""Settings of the relay."""

from typing import Literal

from pydantic import Field

from gateway.config.groups.settings_group import SettingsGroup


class RelaySettings(SettingsGroup):
    """Which process publishes committed events."""

    where: Literal["embedded", "external"] = Field(default="embedded", validation_alias="GATEWAY_RELAY")
    """`external`: only `quadrangle relay` publishes."""
