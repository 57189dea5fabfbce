"""Settings of profiles."""

from pathlib import Path

from pydantic import Field

from gateway.config.groups.settings_group import SettingsGroup


class ProfilesSettings(SettingsGroup):
    """`mapping`: the file that says how profiles are read from a collection of another application."""

    mapping: Path | None = Field(default=None, validation_alias="GATEWAY_PROFILES_MAPPING")
