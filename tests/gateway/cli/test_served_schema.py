"""The schema that `serve` and `demo` serve."""

from pathlib import Path

import pytest

from gateway.cli.served_schema import served_schema
from gateway.config.settings import read_settings
from gateway.runtime.errors import CommandError
from resolvers.schema import subgraph_sdl
from tests.e2e.command import quadrangle, running
from tests.gateway.cli.environment import MEMORY, SECRET
from tests.resolvers.federation.traced import trace

SUBGRAPH = {"GATEWAY_FEDERATION": "true"}
TRACED = {"GATEWAY_FEDERATION_TRACE": "service"}


def test_the_default_is_the_plain_schema() -> None:
    schema = served_schema(read_settings({}))
    assert "_entities" not in schema.as_str()
    assert trace.FieldTrace not in schema.extensions


@pytest.mark.parametrize("tracing", [{}, TRACED])
def test_a_subgraph_traces_if_the_settings_say_so(tracing: dict[str, str]) -> None:
    schema = served_schema(read_settings(SUBGRAPH | tracing))
    assert "_entities" in schema.as_str()
    assert (trace.FieldTrace in schema.extensions) is bool(tracing)


def test_tracing_needs_its_package() -> None:
    with pytest.raises(CommandError, match=r"protobuf: pip install 'quadrangle\[tracing\]'"):
        served_schema(read_settings(SUBGRAPH | TRACED), has_protobuf=False)


def test_tracing_needs_a_subgraph() -> None:
    with pytest.raises(CommandError, match="GATEWAY_FEDERATION=true"):
        served_schema(read_settings(TRACED))


def test_serve_serves_what_the_settings_say(tmp_path: Path) -> None:
    with running("serve", "--port", 0, log=tmp_path / "log", **MEMORY, **SECRET, **SUBGRAPH, **TRACED) as gateway:
        gateway.wait_ready()
        token = quadrangle("token", "--sub", "router", "--role", "SERVICE", "--scope", "schema:read", **SECRET).stdout
        headers = {"Authorization": f"Bearer {token.strip()}"}
        assert gateway.ask("{ _service { sdl } }", headers) == {"data": {"_service": {"sdl": subgraph_sdl()}}}


def test_the_command_prints_both_schemas() -> None:
    assert quadrangle("schema", "--federated").stdout == subgraph_sdl()
    assert "@key" not in quadrangle("schema").stdout
