"""The alerts: Prometheus accepts them, and a case shows for each that it fires, and that it does not."""

import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.cli.command_line import COMMANDS
from gateway.config.settings import variables
from tests.deploy.expressions import ALERTS, DEPLOY, TOP, alerts

CASES = Path(__file__).parent / "alerts.test.yml"


def test_prometheus_accepts_the_configuration(promtool: str) -> None:
    # It checks the rule files, too.
    checked = subprocess.run(
        [promtool, "check", "config", DEPLOY / "prometheus/prometheus.yml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert f"{len(alerts())} rules found" in checked.stdout


def test_alerts_fire_when_they_should(promtool: str) -> None:
    tested = subprocess.run([promtool, "test", "rules", CASES], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    cases: list[dict[str, Any]] = yaml.safe_load(CASES.read_text())["tests"]
    asked = [rule for case in cases for rule in case["alert_rule_test"]]
    found = Counter((rule["alertname"], bool(rule["exp_alerts"])) for rule in asked)
    assert found == Counter({(name, fires): 1 for name in alerts() for fires in (True, False)})


@pytest.mark.parametrize("name", alerts())
def test_an_alert_says_what_happened_and_what_to_do(name: str) -> None:
    rule = alerts()[name]
    assert name.startswith("Quadrangle")
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert set(rule["annotations"]) == {"summary", "description"}
    assert not rule["annotations"]["summary"].endswith(".")
    assert rule["annotations"]["description"].endswith(".")
    text = " ".join(rule["annotations"].values())
    assert set(re.findall(r"GATEWAY_\w+", text)) <= set(variables())
    assert set(re.findall(r"`quadrangle (\w+)", text)) <= set(COMMANDS)


def test_the_configuration_loads_the_alerts() -> None:
    configuration = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())
    assert [(DEPLOY / "prometheus" / each).relative_to(TOP) for each in configuration["rule_files"]] == [
        ALERTS.relative_to(TOP)
    ]
    assert [each["job_name"] for each in configuration["scrape_configs"]] == ["quadrangle"]
