"""The dashboard: its panels do not overlap, and Prometheus accepts their expressions."""

import subprocess
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.expressions import DASHBOARD, DEPLOY, expressions

PANELS: list[dict[str, Any]] = DASHBOARD["panels"]


def cells(panel: dict[str, Any]) -> set[tuple[int, int]]:
    place = panel["gridPos"]
    return {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}


def test_panels_have_ids_and_places_of_their_own() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    assert [(a["title"], b["title"]) for a, b in combinations(PANELS, 2) if cells(a) & cells(b)] == []
    assert max(x for x, _ in chain.from_iterable(map(cells, PANELS))) < 24


def test_panels_say_what_they_show_and_read_the_provisioned_source() -> None:
    sources = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yml").read_text())["datasources"]
    wanted = {"type": sources[0]["type"], "uid": sources[0]["uid"]}
    for panel in PANELS:
        if panel["type"] != "row":
            assert panel["description"].endswith(".")
            assert panel["fieldConfig"]["defaults"]["unit"]
            assert [each["datasource"] for each in (panel, *panel["targets"])] == [wanted] * (1 + len(panel["targets"]))


def test_prometheus_accepts_every_expression(promtool: str, tmp_path: Path) -> None:
    rules = [{"record": f"a:{number}", "expr": each.text} for number, each in enumerate(expressions())]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": rules}]}))
    checked = subprocess.run(
        [promtool, "check", "rules", tmp_path / "rules.yml"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
