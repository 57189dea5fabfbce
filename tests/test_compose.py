"""The compose file and the Dockerfile, as far as they can be checked without Docker."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from gateway.config.backends import PORTS_WITH_URL
from gateway.config.settings import read_settings

TOP = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((TOP / "docker-compose.yml").read_text())
SECRET = "a secret of at least thirty-two bytes"
STORES = {"mongo", "cockroach", "influx", "redis"}


def environment_of(service: str) -> dict[str, str]:
    given: dict[str, str] = COMPOSE["services"][service]["environment"]
    return {name: re.sub(r"\$\{[^}]*\}", SECRET, str(value)) for name, value in given.items()}


@pytest.mark.parametrize("service", ["migrate", "gateway"])
def test_its_variables_are_settings_and_name_every_store(service: str) -> None:
    settings = read_settings(environment_of(service))
    assert set(settings.stores) == set(PORTS_WITH_URL)
    assert {urlsplit(url.reveal()).hostname for url in settings.stores.values()} == STORES


def test_every_store_has_a_health_check_and_the_gateway_waits_for_it() -> None:
    services = COMPOSE["services"]
    assert all("healthcheck" in services[name] for name in (*STORES, "gateway"))
    assert set(services["migrate"]["depends_on"]) == STORES
    assert {it["condition"] for it in services["migrate"]["depends_on"].values()} == {"service_healthy"}
    assert services["gateway"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_ports_are_published_on_loopback_only() -> None:
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_image_does_not_run_as_root() -> None:
    lines = (TOP / "Dockerfile").read_text().splitlines()
    last_stage = lines[max(place for place, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert any(re.match(r"USER (?!0\b|root\b)", line) for line in last_stage)
