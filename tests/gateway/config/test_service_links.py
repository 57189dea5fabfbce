"""Variables that Kubernetes injects are no settings."""

import pytest

from gateway.config.secret_files import file_variable
from gateway.config.service_links import NAMES, service_links
from gateway.config.settings import read_settings, secret_variables, variables
from gateway.runtime.errors import CommandError


def injected(service: str, *, protocol: str = "tcp") -> dict[str, str]:
    """What Kubernetes sets for a service whose port 8000 is called `http`."""
    prefix = service.upper().replace("-", "_")
    link = f"{prefix}_PORT_8000_{protocol.upper()}"
    return {
        f"{prefix}_SERVICE_HOST": "10.96.0.10",
        f"{prefix}_SERVICE_PORT": "8000",
        f"{prefix}_SERVICE_PORT_HTTP": "8000",
        f"{prefix}_PORT": f"{protocol}://10.96.0.10:8000",
        link: f"{protocol}://10.96.0.10:8000",
        f"{link}_PROTO": protocol,
        f"{link}_PORT": "8000",
        f"{link}_ADDR": "10.96.0.10",
    }


@pytest.mark.parametrize("service", ["gateway", "gateway-relay", "gateway-profiles-url"])
@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_service_links_are_ignored_and_named(service: str, protocol: str) -> None:
    links = injected(service, protocol=protocol)
    settings = read_settings(links)
    assert settings == read_settings({}).model_copy(update={"service_links": tuple(sorted(links))})


def test_a_setting_with_the_name_of_a_link_counts_if_its_value_is_a_number() -> None:
    links = injected("gateway") | {"GATEWAY_PORT": "8080"}
    settings = read_settings(links)
    assert settings.http.port == 8080
    assert settings.service_links == tuple(sorted(set(links) - {"GATEWAY_PORT"}))


def test_no_other_setting_has_the_name_of_a_link() -> None:
    names = [*variables(), *map(file_variable, secret_variables())]
    assert [name for name in names if NAMES.fullmatch(name)] == []
    assert service_links(dict.fromkeys(names, "tcp://10.96.0.10:8000"), names) == [
        name for name in names if name.endswith("_PORT")
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY_PORT", "http://10.96.0.10:8000"),
        ("GATEWAY_PORT", "eighty"),
        ("GATEWAY_RELAY_PORT", "8000"),
        ("GATEWAY_SERVICE", "10.96.0.10"),
        ("GATEWAY_PORT_HTTP_TCP", "tcp://10.96.0.10:8000"),
    ],
)
def test_other_names_and_values_are_settings(name: str, value: str) -> None:
    assert service_links({name: value}, variables()) == []
    with pytest.raises(CommandError, match=name):
        read_settings({name: value})
