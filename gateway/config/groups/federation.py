"""Settings of the subgraph of a federated graph."""

from pydantic import Field

from gateway.config.groups.settings_group import SettingsGroup


class FederationSettings(SettingsGroup):
    """`subgraph`: the schema has `_entities` and `_service`, so that a router can compose it with others."""

    subgraph: bool = Field(default=False, validation_alias="GATEWAY_FEDERATION")
