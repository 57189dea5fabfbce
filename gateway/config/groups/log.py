"""Settings of the log."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from gateway.config.groups.settings_group import Seconds, SettingsGroup, pairs_as

MIN_KEY_BYTES = 16
Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
OWN_LOGGERS = (
    "quadrangle.auth",
    "quadrangle.background_writes",
    "quadrangle.cancellation",
    "quadrangle.errors",
    "quadrangle.http",
    "quadrangle.influx",
    "quadrangle.limits",
    "quadrangle.metrics",
    "quadrangle.migrate",
    "quadrangle.operations",
    "quadrangle.pages",
    "quadrangle.rebuild",
    "quadrangle.relay",
    "quadrangle.resilience",
    "quadrangle.settings",
    "quadrangle.shared_reads",
    "quadrangle.shutdown",
    "quadrangle.simulation",
    "quadrangle.stores",
    "quadrangle.supervisor",
    "quadrangle.traces",
    "quadrangle.warnings",
    "quadrangle.websocket",
)
"""The loggers of this project. Libraries stay at WARNING: below it, their messages may quote data."""
LOGGERS = ("quadrangle", *OWN_LOGGERS, "uvicorn")


def _check_loggers(levels: Mapping[str, Level]) -> Mapping[str, Level]:
    if unknown := sorted(set(levels) - set(LOGGERS)):
        raise ValueError(f"no level of its own has {', '.join(unknown)}; these have: {', '.join(LOGGERS)}")
    return levels


def _check_key(key: SecretStr) -> SecretStr:
    if len(key.get_secret_value().encode()) < MIN_KEY_BYTES:
        raise ValueError(f"less than {MIN_KEY_BYTES} bytes; `openssl rand -hex 32` makes a good one")
    return key


Levels = Annotated[
    Mapping[str, Level], pairs_as("quadrangle.relay=DEBUG,uvicorn=WARNING"), AfterValidator(_check_loggers)
]


class LogSettings(SettingsGroup):
    """`level` None: the command chooses; `levels` are those of single loggers. `key`: of the pseudonyms of subjects;
    None: it is derived from the secret of tokens. Operations that take `slow_operation` or longer are logged with their
    store calls."""

    level: Level | None = Field(default=None, validation_alias="GATEWAY_LOG_LEVEL")
    levels: Levels = Field(default={}, validation_alias="GATEWAY_LOG_LEVELS")
    format: Literal["json", "text"] = Field(default="json", validation_alias="GATEWAY_LOG_FORMAT")
    key: Annotated[SecretStr, AfterValidator(_check_key)] | None = Field(
        default=None, validation_alias="GATEWAY_LOG_KEY"
    )
    slow_operation: Seconds = Field(default=timedelta(seconds=1), validation_alias="GATEWAY_SLOW_OPERATION")
