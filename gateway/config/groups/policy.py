"""Settings of who may do what."""

from gateway.config.groups.settings_group import SettingsGroup


class PolicySettings(SettingsGroup):
    """Settings of who may do what."""
