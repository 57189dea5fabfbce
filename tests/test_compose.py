"""The compose file and the Dockerfile, as far as they can be checked without Docker."""

import json
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


def test_images_are_pinned() -> None:
    images = {name: service["image"] for name, service in COMPOSE["services"].items() if "image" in service}
    assert {name: image for name, image in images.items() if not re.fullmatch(r"[\w/-]+:v?\d+(\.\d+)+", image)} == {}


def test_only_the_stores_and_the_gateway_start_without_a_profile() -> None:
    profiles = {name: service.get("profiles") for name, service in COMPOSE["services"].items()}
    assert {name for name, chosen in profiles.items() if chosen is None} == {*STORES, "migrate", "gateway"}
    assert {name for name, chosen in profiles.items() if chosen == ["observability"]} == {"prometheus", "grafana"}
    assert {name for name, chosen in profiles.items() if chosen == ["tools"]} == {"pgadmin", "redisinsight"}


def mounts_of(service: str) -> dict[str, Path]:
    """The files and folders of the project in a container."""
    volumes = [volume.split(":") for volume in COMPOSE["services"][service]["volumes"] if volume.startswith("./")]
    assert {mode for _, _, mode in volumes} == {"ro"}
    return {target: TOP / source for source, target, _ in volumes}


def test_prometheus_scrapes_the_gateway_and_has_the_alerts() -> None:
    configuration = mounts_of("prometheus")["/etc/prometheus"]
    scraped = yaml.safe_load((configuration / "prometheus.yml").read_text())["scrape_configs"]
    listen = read_settings(environment_of("gateway")).metrics.listen
    assert listen is not None
    assert listen.host == "0.0.0.0"
    assert scraped[0]["static_configs"] == [{"targets": [f"gateway:{listen.port}"]}]
    assert (configuration / "alerts.yml").is_file()


def test_grafana_has_its_source_and_its_dashboard() -> None:
    mounts = mounts_of("grafana")
    provisioning = mounts["/etc/grafana/provisioning"]
    [source] = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text())["datasources"]
    assert source["url"] == "http://prometheus:9090"
    [provider] = yaml.safe_load((provisioning / "dashboards/quadrangle.yml").read_text())["providers"]
    home = COMPOSE["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    folder, name = home.rsplit("/", 1)
    assert provider["options"]["path"] == folder
    assert (mounts[folder] / name).is_file()


def test_the_tools_know_their_stores() -> None:
    [servers] = mounts_of("pgadmin").values()
    [server] = json.loads(servers.read_text())["Servers"].values()
    progress = urlsplit(COMPOSE["x-stores"]["GATEWAY_PROGRESS_URL"])
    assert (server["Host"], server["Port"], server["Username"], server["MaintenanceDB"]) == (
        progress.hostname,
        progress.port,
        progress.username,
        progress.path.strip("/"),
    )
    sessions = urlsplit(COMPOSE["x-stores"]["GATEWAY_SESSIONS_URL"])
    insight = COMPOSE["services"]["redisinsight"]["environment"]
    assert (insight["RI_REDIS_HOST"], insight["RI_REDIS_PORT"]) == (sessions.hostname, str(sessions.port))


def test_the_image_does_not_run_as_root() -> None:
    lines = (TOP / "Dockerfile").read_text().splitlines()
    last_stage = lines[max(place for place, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert any(re.match(r"USER (?!0\b|root\b)", line) for line in last_stage)
