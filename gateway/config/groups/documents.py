"""Settings of persisted documents."""

from gateway.config.groups.settings_group import SettingsGroup


class DocumentsSettings(SettingsGroup):
    """Settings of persisted documents."""
