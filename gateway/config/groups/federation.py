"""Settings of the subgraph of a federated graph."""

from typing import Literal

from pydantic import Field

from gateway.config.groups.settings_group import SettingsGroup


class FederationSettings(SettingsGroup):
    """`subgraph`: the schema has `_entities` and `_service`, so that a router can compose it with others. `trace`:
    routers with the right get the times of fields; that needs the extra `tracing`."""

    subgraph: bool = Field(default=False, validation_alias="GATEWAY_FEDERATION")
    trace: Literal["off", "service"] = Field(default="off", validation_alias="GATEWAY_FEDERATION_TRACE")
