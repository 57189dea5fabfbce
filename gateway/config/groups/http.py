"""Settings of the HTTP server."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from gateway.config.groups.settings_group import Seconds, SettingsGroup

ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")  # RFC 6454, section 6.2


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


Origins = Annotated[tuple[str, ...], BeforeValidator(_parse_origins)]


class HttpSettings(SettingsGroup):
    """Where the gateway listens, and the `origins` whose pages may use it from a browser. `body_limit` is in bytes;
    `grace` is how long a shutdown waits for open requests."""

    host: str = Field(default="127.0.0.1", min_length=1, validation_alias="GATEWAY_HOST")
    port: int = Field(default=8000, ge=0, le=65535, validation_alias="GATEWAY_PORT")
    origins: Origins = Field(default=(), validation_alias="GATEWAY_HTTP_ORIGINS")
    body_limit: int = Field(default=1_048_576, ge=1, validation_alias="GATEWAY_BODY_LIMIT")
    grace: Seconds = Field(default=timedelta(seconds=10), validation_alias="GATEWAY_SHUTDOWN_GRACE")
