"""Settings of the rate of requests."""

from gateway.config.groups.settings_group import SettingsGroup


class RatesSettings(SettingsGroup):
    """Settings of the rate of requests."""
