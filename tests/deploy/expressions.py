"""The PromQL expressions of the alerts and of the dashboard, and what they name."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

TOP = Path(__file__).resolve().parents[2]
DEPLOY = TOP / "docs/deploy"
ALERTS = DEPLOY / "prometheus/alerts.yml"
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana/dashboards/quadrangle.json").read_text())
METRIC = re.compile(r"\b(quadrangle_\w+|process_\w+|python_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
GROUPED = re.compile(r"\b(?:by|on|without)\s*\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Expression:
    """A PromQL expression. `where` says which alert or panel has it."""

    where: str
    text: str

    @property
    def metrics(self) -> Mapping[str, frozenset[str]]:
        """The metrics that it reads, with the labels that it selects by."""
        return {name: frozenset(MATCHER.findall(matchers or "")) for name, matchers in METRIC.findall(self.text)}

    @property
    def grouped_by(self) -> frozenset[str]:
        """The labels that it groups by."""
        return frozenset(label for found in GROUPED.findall(self.text) for label in re.split(r"[,\s]+", found) if label)


def alerts() -> dict[str, dict[str, Any]]:
    """The alerts by name."""
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def expressions() -> Iterator[Expression]:
    """All expressions."""
    for name, rule in alerts().items():
        yield Expression(name, rule["expr"])
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            yield Expression(panel["title"], target["expr"].replace("$__rate_interval", "5m"))
