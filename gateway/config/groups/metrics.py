"""Settings of the metrics."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, Field

from gateway.config.groups.settings_group import SettingsGroup

HIGHEST_PORT = 65_535
ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """A host and a port; port 0 takes a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


DEFAULT_ADDRESS = ListenAddress("127.0.0.1", 9464)
"""The port that exporters of OpenTelemetry use for Prometheus, too."""


def _parse_address(given: object) -> object:
    """`host:port` as an address; `off` as None."""
    if not isinstance(given, str):
        return given
    if given == "off":
        return None
    match = ADDRESS.fullmatch(given)
    if match is None or int(match["port"]) > HIGHEST_PORT:
        raise ValueError("not an address such as 127.0.0.1:9464, and not `off`")
    return ListenAddress(match["host"].strip("[]"), int(match["port"]))


class MetricsSettings(SettingsGroup):
    """Where /metrics, /livez and /readyz are served, apart from the clients' port. None: nowhere."""

    listen: Annotated[ListenAddress | None, BeforeValidator(_parse_address)] = Field(
        default=DEFAULT_ADDRESS, validation_alias="GATEWAY_METRICS_LISTEN"
    )

    @property
    def is_default(self) -> bool:
        """Whether the address is the default one, which another gateway of the machine may have taken."""
        return "listen" not in self.model_fields_set
