"""Settings of the HTTP server."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.config.groups.settings_group import Listed, Seconds, SettingsGroup

MOST_PROCESSES = 64
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")  # RFC 6454, section 6.2


def _parse_origins(given: tuple[str, ...]) -> tuple[str, ...]:
    """The origins of a list, in the form in which browsers send them."""
    origins = tuple(map(str.lower, given))
    if {"*", "null"} & set(origins):
        raise ValueError("`*` and `null` are not accepted: list the origins of your pages")
    if not all(map(ORIGIN.fullmatch, origins)):
        raise ValueError("not a list of origins, such as https://learn.example.org,http://localhost:3000")
    return tuple(re.sub("^(https://.+):443$|^(http://.+):80$", r"\1\2", origin) for origin in origins)


Origins = Annotated[tuple[str, ...], AfterValidator(_parse_origins), Listed]


class HttpSettings(SettingsGroup):
    """Where the gateway listens and by how many `processes`, the `origins` whose pages may use it from a browser, and
    what clients may take.

    `body_limit`, `bodies_limit` (of all current requests) and `head_limit` are in bytes, `headers` is the number of a
    request's headers. `keep_alive` is how long an idle connection stays open. `connections` and `operations` are at
    once; `connections` None: as many as the descriptor limit of the process allows. `operation_timeout` is for a query,
    a mutation and an event of a subscription. `grace` is how long a shutdown waits for open requests.
    """

    host: str = Field(default="127.0.0.1", min_length=1, validation_alias="GATEWAY_HOST")
    port: int = Field(default=8000, ge=0, le=65535, validation_alias="GATEWAY_PORT")
    processes: int = Field(default=1, ge=1, le=MOST_PROCESSES, validation_alias="GATEWAY_PROCESSES")
    origins: Origins = Field(default=(), validation_alias="GATEWAY_HTTP_ORIGINS")
    body_limit: int = Field(default=1_048_576, ge=1, validation_alias="GATEWAY_BODY_LIMIT")
    bodies_limit: int = Field(default=67_108_864, ge=1, validation_alias="GATEWAY_BODIES_LIMIT")
    head_limit: int = Field(default=32_768, ge=1_024, validation_alias="GATEWAY_HEAD_LIMIT")
    headers: int = Field(default=100, ge=10, validation_alias="GATEWAY_HEADERS")
    head_timeout: Seconds = Field(default=timedelta(seconds=10), validation_alias="GATEWAY_HEAD_TIMEOUT")
    body_timeout: Seconds = Field(default=timedelta(seconds=20), validation_alias="GATEWAY_BODY_TIMEOUT")
    keep_alive: Seconds = Field(default=timedelta(seconds=75), validation_alias="GATEWAY_KEEP_ALIVE")
    connections: int | None = Field(default=None, ge=1, validation_alias="GATEWAY_CONNECTIONS")
    operations: int = Field(default=64, ge=1, validation_alias="GATEWAY_OPERATIONS")
    operation_timeout: Seconds = Field(default=timedelta(seconds=10), validation_alias="GATEWAY_OPERATION_TIMEOUT")
    sockets_per_subject: int = Field(default=100, ge=1, validation_alias="GATEWAY_SOCKETS_PER_SUBJECT")
    sockets_per_address: int = Field(default=1_000, ge=1, validation_alias="GATEWAY_SOCKETS_PER_ADDRESS")
    grace: Seconds = Field(default=timedelta(seconds=10), validation_alias="GATEWAY_SHUTDOWN_GRACE")
