"""Settings of traces."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from gateway.config.groups.settings_group import SettingsGroup

DEFAULT_PATH = "/v1/traces"
EXAMPLE_URL = "http://127.0.0.1:4318"


def _check_endpoint(text: str) -> str:
    """The URL of a collector, with the path of OTLP/HTTP unless it has one."""
    try:
        parts = urlsplit(text)
        host = parts.hostname if parts.scheme in {"http", "https"} and parts.port != 0 else None
    except ValueError:
        raise ValueError(f"not a URL such as {EXAMPLE_URL}") from None
    if not host:
        raise ValueError(f"not a URL such as {EXAMPLE_URL}")
    if parts.username is not None:
        raise ValueError("must have no password: OTEL_EXPORTER_OTLP_HEADERS has what the collector asks for")
    return text if parts.path.strip("/") else parts._replace(path=DEFAULT_PATH).geturl()


class TracesSettings(SettingsGroup):
    """Where traces are sent, by OTLP over HTTP; None: there are none. `sample`: the share (0…1) of the operations
    without a traceparent that are traced."""

    endpoint: Annotated[str, AfterValidator(_check_endpoint)] | None = Field(
        default=None, validation_alias="GATEWAY_TRACES_ENDPOINT"
    )
    sample: float = Field(default=0.1, ge=0, le=1, validation_alias="GATEWAY_TRACES_SAMPLE")
