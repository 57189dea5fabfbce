"""Settings of the subgraph of a federated graph."""

from gateway.config.groups.settings_group import SettingsGroup


class FederationSettings(SettingsGroup):
    """Settings of the subgraph of a federated graph."""
