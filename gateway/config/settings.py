"""The gateway's settings: typed, frozen, nested, read once. The only reader of the environment."""

import difflib
import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from gateway.config.urls import Url
from gateway.runtime.errors import CommandError

PREFIX = "GATEWAY_"
MIN_SECRET_BYTES = 32
SHORTEST, LONGEST = timedelta(milliseconds=1), timedelta(hours=1)


def _long_enough(secret: SecretStr) -> SecretStr:
    # RFC 7518: an HS256 key has at least as many bits as the hash.
    if len(secret.get_secret_value().encode()) < MIN_SECRET_BYTES:
        raise ValueError(f"less than {MIN_SECRET_BYTES} bytes")
    return secret


def _duration(seconds: object) -> object:
    if not isinstance(seconds, str):
        return seconds
    try:
        found = timedelta(seconds=float(seconds))
    except (ValueError, OverflowError):
        raise ValueError("not a number of seconds") from None
    if not SHORTEST <= found <= LONGEST:
        raise ValueError("not between 0.001 and 3600 seconds")
    return found


Secret = Annotated[SecretStr, AfterValidator(_long_enough)]
Seconds = Annotated[timedelta, BeforeValidator(_duration)]


class SettingsGroup(BaseModel):
    """Settings that belong together. A field's validation alias is its environment variable."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, hide_input_in_errors=True)


class StoreUrls(SettingsGroup):
    """One URL a port: its scheme names the backend, equal URLs share a client."""

    profiles: Url | None = Field(default=None, validation_alias="GATEWAY_PROFILES_URL")
    catalog: Url | None = Field(default=None, validation_alias="GATEWAY_CATALOG_URL")
    progress: Url | None = Field(default=None, validation_alias="GATEWAY_PROGRESS_URL")
    timeline: Url | None = Field(default=None, validation_alias="GATEWAY_TIMELINE_URL")
    sessions: Url | None = Field(default=None, validation_alias="GATEWAY_SESSIONS_URL")
    live: Url | None = Field(default=None, validation_alias="GATEWAY_LIVE_URL")


class Deadlines(SettingsGroup):
    """How long a call to a store may take."""

    profiles: Seconds = Field(default=timedelta(seconds=2), validation_alias="GATEWAY_DEADLINE_PROFILES")
    catalog: Seconds = Field(default=timedelta(seconds=2), validation_alias="GATEWAY_DEADLINE_CATALOG")
    progress: Seconds = Field(default=timedelta(seconds=2), validation_alias="GATEWAY_DEADLINE_PROGRESS")
    timeline: Seconds = Field(default=timedelta(seconds=2), validation_alias="GATEWAY_DEADLINE_TIMELINE")
    sessions: Seconds = Field(default=timedelta(seconds=2), validation_alias="GATEWAY_DEADLINE_SESSIONS")
    live: Seconds = Field(default=timedelta(seconds=2), validation_alias="GATEWAY_DEADLINE_LIVE")

    def by_store(self) -> dict[str, timedelta]:
        return {name: getattr(self, name) for name in type(self).model_fields}


class Auth(SettingsGroup):
    secret: Secret | None = Field(default=None, validation_alias="GATEWAY_AUTH_SECRET")


class Http(SettingsGroup):
    host: str = Field(default="127.0.0.1", min_length=1, validation_alias="GATEWAY_HOST")
    port: int = Field(default=8000, ge=0, le=65535, validation_alias="GATEWAY_PORT")
    body_limit: int = Field(default=1_048_576, ge=1, validation_alias="GATEWAY_BODY_LIMIT")
    grace: Seconds = Field(default=timedelta(seconds=10), validation_alias="GATEWAY_SHUTDOWN_GRACE")


class RelaySettings(SettingsGroup):
    where: Literal["embedded", "external"] = Field(default="embedded", validation_alias="GATEWAY_RELAY")
    """`external`: only `quadrangle relay` publishes; this process tells it when there is something."""


class Log(SettingsGroup):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] | None = Field(
        default=None, validation_alias="GATEWAY_LOG_LEVEL"
    )


class Settings(SettingsGroup):
    stores: StoreUrls = StoreUrls()
    deadlines: Deadlines = Deadlines()
    auth: Auth = Auth()
    http: Http = Http()
    relay: RelaySettings = RelaySettings()
    log: Log = Log()


GROUPS: Mapping[str, type[SettingsGroup]] = {
    "stores": StoreUrls,
    "deadlines": Deadlines,
    "auth": Auth,
    "http": Http,
    "relay": RelaySettings,
    "log": Log,
}


def variable_name(field: FieldInfo) -> str:
    return str(field.validation_alias)


def variables() -> list[str]:
    """Every variable that is a setting."""
    return [variable_name(field) for group in GROUPS.values() for field in group.model_fields.values()]


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings out of an environment; an empty variable counts as unset. `Stop` has a line for each fault."""
    ours = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    known = variables()
    faults = [_unknown(name, known) for name in sorted(ours) if name not in known]
    read: dict[str, SettingsGroup] = {}
    for part, group in GROUPS.items():
        names = [variable_name(field) for field in group.model_fields.values()]
        try:
            read[part] = group.model_validate({name: ours[name] for name in names if ours.get(name)})
        except ValidationError as error:
            faults += [f"{fault['loc'][0]}: {_words(fault['msg'])}" for fault in error.errors(include_input=False)]
    if faults:
        raise CommandError(*dict.fromkeys(faults))
    return Settings.model_validate(read)


def environment_settings() -> Settings:
    return read_settings(os.environ)


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0)
    return f"{name}: no such setting; did you mean {near[0]}?"


def _words(message: str) -> str:
    words = message.removeprefix("Value error, ")
    return words[:1].lower() + words[1:]
