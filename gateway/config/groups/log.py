"""Settings of the log."""

from typing import Literal

from pydantic import Field

from gateway.config.groups.settings_group import SettingsGroup


class LogSettings(SettingsGroup):
    """`level` None: the command chooses."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] | None = Field(
        default=None, validation_alias="GATEWAY_LOG_LEVEL"
    )
