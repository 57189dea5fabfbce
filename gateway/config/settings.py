"""The gateway's settings: typed, frozen, nested. The only module that reads the environment."""

import difflib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
)
from pydantic.fields import FieldInfo

from gateway.config.backends import PORTS_WITH_DEADLINE, PORTS_WITH_URL
from gateway.config.profile_mapping import map_profiles
from gateway.config.urls import Url
from gateway.runtime.errors import CommandError

PREFIX = "GATEWAY_"
MIN_SECRET_BYTES = 32
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")  # RFC 6454, section 6.2
SHORTEST, LONGEST = timedelta(milliseconds=1), timedelta(hours=1)
DEFAULT_DEADLINE = timedelta(seconds=2)
T = TypeVar("T")


def _check_secret(secret: SecretStr) -> SecretStr:
    # RFC 7518: an HS256 key has at least as many bits as the hash.
    if len(secret.get_secret_value().encode()) < MIN_SECRET_BYTES:
        raise ValueError(f"less than {MIN_SECRET_BYTES} bytes; `openssl rand -hex 32` makes a good one")
    return secret


def _parse_seconds(seconds: object) -> object:
    if not isinstance(seconds, str):
        return seconds
    try:
        found = timedelta(seconds=float(seconds))
    except (ValueError, OverflowError):
        raise ValueError("not a number of seconds") from None
    if not SHORTEST <= found <= LONGEST:
        raise ValueError("not between 0.001 and 3600 seconds")
    return found


def _parse_origins(given: object) -> object:
    """The origins in a comma-separated list, in the form in which browsers send them."""
    if not isinstance(given, str):
        return given
    origins = tuple(filter(None, (each.strip().lower() for each in given.split(","))))
    if {"*", "null"} & set(origins):
        raise ValueError("`*` and `null` are not accepted: list the origins of your pages")
    if not all(map(ORIGIN.fullmatch, origins)):
        raise ValueError("not a list of origins, such as https://learn.example.org,http://localhost:3000")
    return tuple(re.sub("^(https://.+):443$|^(http://.+):80$", r"\1\2", origin) for origin in origins)


Secret = Annotated[SecretStr, AfterValidator(_check_secret)]
Origins = Annotated[tuple[str, ...], BeforeValidator(_parse_origins)]
Seconds = Annotated[timedelta, BeforeValidator(_parse_seconds)]


class SettingsGroup(BaseModel):
    """Related settings. The validation alias of a field is its environment variable."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, hide_input_in_errors=True)


class Auth(SettingsGroup):
    """`secret` signs the tokens (HS256)."""

    secret: Secret | None = Field(default=None, validation_alias="GATEWAY_AUTH_SECRET")


class Http(SettingsGroup):
    """Where the gateway listens, and the `origins` whose pages may use it from a browser. `body_limit` is in bytes;
    `grace` is how long a shutdown waits for open requests."""

    host: str = Field(default="127.0.0.1", min_length=1, validation_alias="GATEWAY_HOST")
    port: int = Field(default=8000, ge=0, le=65535, validation_alias="GATEWAY_PORT")
    origins: Origins = Field(default=(), validation_alias="GATEWAY_HTTP_ORIGINS")
    body_limit: int = Field(default=1_048_576, ge=1, validation_alias="GATEWAY_BODY_LIMIT")
    grace: Seconds = Field(default=timedelta(seconds=10), validation_alias="GATEWAY_SHUTDOWN_GRACE")


class ProfilesSettings(SettingsGroup):
    """`mapping`: the file that says how profiles are read from a collection of another application."""

    mapping: Path | None = Field(default=None, validation_alias="GATEWAY_PROFILES_MAPPING")


class RelaySettings(SettingsGroup):
    """Which process publishes committed events."""

    where: Literal["embedded", "external"] = Field(default="embedded", validation_alias="GATEWAY_RELAY")
    """`external`: only `quadrangle relay` publishes."""


class Log(SettingsGroup):
    """`level` None: the command chooses."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] | None = Field(
        default=None, validation_alias="GATEWAY_LOG_LEVEL"
    )


class Settings(SettingsGroup):
    """All settings of a process.

    `stores`: the URL of each port that has one; its scheme selects the backend, and equal URLs share a client.
    `deadlines`: how long one call to each port's store may take.
    """

    stores: Mapping[str, Url] = Field(default_factory=dict)
    deadlines: Mapping[str, timedelta] = Field(
        default_factory=lambda: dict.fromkeys(PORTS_WITH_DEADLINE, DEFAULT_DEADLINE)
    )
    auth: Auth = Auth()
    http: Http = Http()
    profiles: ProfilesSettings = ProfilesSettings()
    relay: RelaySettings = RelaySettings()
    log: Log = Log()


GROUPS: Mapping[str, type[SettingsGroup]] = {
    "profiles": ProfilesSettings,
    "auth": Auth,
    "http": Http,
    "relay": RelaySettings,
    "log": Log,
}


def url_variable(port: str) -> str:
    """The environment variable of a port's URL."""
    return f"{PREFIX}{port.upper()}_URL"


def deadline_variable(port: str) -> str:
    """The environment variable of a port's deadline, in seconds."""
    return f"{PREFIX}DEADLINE_{port.upper()}"


def variables() -> list[str]:
    """The name of every environment variable that is a setting."""
    per_port = [*map(url_variable, PORTS_WITH_URL), *map(deadline_variable, PORTS_WITH_DEADLINE)]
    return per_port + [_variable(field) for group in GROUPS.values() for field in group.model_fields.values()]


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in an environment. An empty variable counts as unset.

    Raises `CommandError` with one line for each unknown name and each invalid value. No line quotes a value.
    """
    ours = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    known = variables()
    faults = [_unknown_name(name, known) for name in sorted(ours) if name not in known]
    given = {name: value for name, value in ours.items() if value}
    urls = _read_per_port(given, PORTS_WITH_URL, url_variable, TypeAdapter(Url), faults)
    deadlines = dict.fromkeys(PORTS_WITH_DEADLINE, DEFAULT_DEADLINE)
    deadlines |= _read_per_port(given, PORTS_WITH_DEADLINE, deadline_variable, TypeAdapter[timedelta](Seconds), faults)
    read: dict[str, Any] = {"stores": urls, "deadlines": deadlines}
    for part, group in GROUPS.items():
        names = [_variable(field) for field in group.model_fields.values()]
        try:
            read[part] = group.model_validate({name: given[name] for name in names if name in given})
        except ValidationError as error:
            faults += [f"{fault['loc'][0]}: {_message(fault['msg'])}" for fault in error.errors(include_input=False)]
    if faults:
        raise CommandError(*dict.fromkeys(faults))
    read["stores"] = map_profiles(urls, read["profiles"].mapping)
    return Settings.model_validate(read)


def environment_settings() -> Settings:
    """The settings of this process. Raises `CommandError` as `read_settings`."""
    return read_settings(os.environ)


def _read_per_port(
    given: Mapping[str, str],
    ports: Sequence[str],
    name_for: Callable[[str], str],
    kind: TypeAdapter[T],
    faults: list[str],
) -> dict[str, T]:
    read: dict[str, T] = {}
    for port in ports:
        name = name_for(port)
        if name in given:
            try:
                read[port] = kind.validate_python(given[name])
            except ValidationError as error:
                faults.append(f"{name}: {_message(error.errors(include_input=False)[0]['msg'])}")
    return read


def _variable(field: FieldInfo) -> str:
    return str(field.validation_alias)


def _unknown_name(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0)
    return f"{name}: no such setting; did you mean {near[0]}?"


def _message(message: str) -> str:
    words = message.removeprefix("Value error, ")
    return words[:1].lower() + words[1:]
