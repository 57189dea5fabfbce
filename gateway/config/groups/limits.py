"""Settings of the size and cost of operations."""

from gateway.config.groups.settings_group import SettingsGroup


class LimitsSettings(SettingsGroup):
    """Settings of the size and cost of operations."""
