"""Settings of how operations are executed."""

from typing import Literal

from pydantic import Field

from gateway.config.groups.settings_group import SettingsGroup


class ExecutorSettings(SettingsGroup):
    """Which executor runs the operations: `compiled` runs a document as a plan after `compile_after` earlier uses, and
    keeps the last `plans` plans; `reference` is graphql-core alone."""

    name: Literal["compiled", "reference"] = Field(default="compiled", validation_alias="GATEWAY_EXECUTOR")
    compile_after: int = Field(default=1, ge=0, validation_alias="GATEWAY_EXECUTOR_COMPILE_AFTER")
    plans: int = Field(default=1_000, ge=1, validation_alias="GATEWAY_EXECUTOR_PLANS")
