"""There is no Docker engine where the tests run: what can be said of the compose file without one."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from gateway.settings import StoreUrls, read_settings, variables

TOP = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((TOP / "docker-compose.yml").read_text())
SECRET = "a secret of at least thirty-two bytes"
STORES = {"mongo", "cockroach", "influx", "redis"}


def environment_of(service: str) -> dict[str, str]:
    given: dict[str, str] = COMPOSE["services"][service]["environment"]
    return {name: re.sub(r"\$\{[^}]*\}", SECRET, str(value)) for name, value in given.items()}


@pytest.mark.parametrize("service", ["migrate", "gateway"])
def test_its_variables_are_real_settings_and_name_every_store(service: str) -> None:
    settings = read_settings(environment_of(service))
    urls = [getattr(settings.stores, name) for name in StoreUrls.model_fields]
    assert {urlsplit(url.reveal()).hostname for url in urls} == STORES


def test_every_store_says_when_it_is_well_and_the_gateway_waits_for_it() -> None:
    services = COMPOSE["services"]
    assert all("healthcheck" in services[name] for name in (*STORES, "gateway"))
    assert set(services["migrate"]["depends_on"]) == STORES
    assert {it["condition"] for it in services["migrate"]["depends_on"].values()} == {"service_healthy"}
    assert services["gateway"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_nothing_listens_beyond_this_machine() -> None:
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_example_lists_every_variable() -> None:
    lines = (TOP / ".env.example").read_text().splitlines()
    listed = [found[1] for line in lines if (found := re.match(r"#? ?(GATEWAY_\w+)=", line))]
    assert listed == variables()


def test_the_example_is_valid_once_its_lines_are_uncommented() -> None:
    lines = (TOP / ".env.example").read_text().splitlines()
    given = dict(line.removeprefix("# ").split("=", 1) for line in lines if re.match(r"(# )?GATEWAY_\w+=", line))
    given["GATEWAY_AUTH_SECRET"] = SECRET
    settings = read_settings(given)
    defaults = read_settings({"GATEWAY_AUTH_SECRET": SECRET})
    assert settings.deadlines == defaults.deadlines
    assert settings.http == defaults.http


def test_the_image_does_not_run_as_root() -> None:
    lines = (TOP / "Dockerfile").read_text().splitlines()
    last_stage = lines[max(place for place, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert any(re.match(r"USER (?!0\b|root\b)", line) for line in last_stage)
