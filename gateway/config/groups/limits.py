"""Settings of the size and cost of operations."""

from typing import Literal

from pydantic import Field

from gateway.config.groups.settings_group import SettingsGroup
from resolvers.limits import DEFAULT_LIMITS, Limits


class LimitsSettings(SettingsGroup):
    """The limits of operations; `Limits` says what each of them counts."""

    mode: Literal["enforce", "measure"] = Field(default=DEFAULT_LIMITS.mode, validation_alias="GATEWAY_LIMITS_MODE")
    size: int = Field(default=DEFAULT_LIMITS.size, ge=1, validation_alias="GATEWAY_LIMIT_SIZE")
    tokens: int = Field(default=DEFAULT_LIMITS.tokens, ge=1, validation_alias="GATEWAY_LIMIT_TOKENS")
    definitions: int = Field(default=DEFAULT_LIMITS.definitions, ge=1, validation_alias="GATEWAY_LIMIT_DEFINITIONS")
    depth: int = Field(default=DEFAULT_LIMITS.depth, ge=1, validation_alias="GATEWAY_LIMIT_DEPTH")
    aliases: int = Field(default=DEFAULT_LIMITS.aliases, ge=0, validation_alias="GATEWAY_LIMIT_ALIASES")
    root_fields: int = Field(default=DEFAULT_LIMITS.root_fields, ge=1, validation_alias="GATEWAY_LIMIT_ROOT_FIELDS")
    directives: int = Field(default=DEFAULT_LIMITS.directives, ge=0, validation_alias="GATEWAY_LIMIT_DIRECTIVES")
    fields: int = Field(default=DEFAULT_LIMITS.fields, ge=1, validation_alias="GATEWAY_LIMIT_FIELDS")
    repeats: int = Field(default=DEFAULT_LIMITS.repeats, ge=1, validation_alias="GATEWAY_LIMIT_REPEATS")
    introspection_depth: int = Field(
        default=DEFAULT_LIMITS.introspection_depth, ge=1, validation_alias="GATEWAY_LIMIT_INTROSPECTION_DEPTH"
    )
    introspection_fields: int = Field(
        default=DEFAULT_LIMITS.introspection_fields, ge=1, validation_alias="GATEWAY_LIMIT_INTROSPECTION_FIELDS"
    )
    cost: int = Field(default=DEFAULT_LIMITS.cost, ge=1, validation_alias="GATEWAY_LIMIT_COST")
    store_calls: int = Field(default=DEFAULT_LIMITS.store_calls, ge=1, validation_alias="GATEWAY_LIMIT_STORE_CALLS")
    response: int = Field(default=DEFAULT_LIMITS.response, ge=1, validation_alias="GATEWAY_LIMIT_RESPONSE")
    introspection: Literal["admin", "all"] = Field(default="admin", validation_alias="GATEWAY_INTROSPECTION")

    def of_peers(self) -> Limits:
        """The limits of every peer's operations."""
        return Limits(**self.model_dump())
