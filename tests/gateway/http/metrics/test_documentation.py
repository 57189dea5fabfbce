"""docs/metrics.md names every metric, its type, its labels and their values, and no others."""

import re
from pathlib import Path

from prometheus_client import Metric

from tests.gateway.http.metrics.measured_gateway import MeasuredGateway, measured_gateway

TEXT = (Path(__file__).parents[4] / "docs" / "metrics.md").read_text(encoding="utf-8")
OPEN_LABELS = {"operation", "call"}
"""Their values are those of a deployment, or begin with their first use."""


def rows(heading: str) -> list[list[str]]:
    """The rows of the table below a heading."""
    section = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line.startswith("| `")]


def quoted(cell: str) -> set[str]:
    return {each for each in re.findall(r"`([^`]+)`", cell) if not each.startswith("docs/")}


def labels_of(metric: Metric) -> set[str]:
    return {label for sample in metric.samples for label in sample.labels} - {"le"}


async def use(gateway: MeasuredGateway) -> None:
    """Make what begins with its first use."""
    query = """{
      courses(first: 10) { edges { node { onlineNow } } }
      learners(first: 5) { edges { node { enrollments { edges { node { course { title } } } } } } }
    }"""
    assert "errors" not in await gateway.post(query)


async def test_the_documentation_has_every_metric_with_its_type_and_labels() -> None:
    documented = {name.strip("`"): more for name, *more in rows("Names")}
    async with measured_gateway() as gateway:
        await use(gateway)
        families = (await gateway.scrape()).families
        assert sorted(families) == sorted(documented)
        for name, metric in families.items():
            kind, labels, meaning = documented[name]
            assert (metric.type, labels_of(metric)) == (kind, quoted(labels)), name
            assert meaning.endswith("."), name


async def test_the_documentation_has_every_value_of_the_labels() -> None:
    documented: dict[str, set[str]] = {}
    for label, values in rows("Labels"):
        documented.setdefault(label.split("`")[1], set()).update(quoted(values))
    async with measured_gateway() as gateway:
        await use(gateway)
        found: dict[str, set[str]] = {}
        for metric in (await gateway.scrape()).families.values():
            for sample in metric.samples:
                for label, value in sample.labels.items():
                    found.setdefault(label, set()).add(value)
    assert found.keys() - {"le"} == documented.keys()
    for label in documented.keys() - OPEN_LABELS:
        assert found[label] == documented[label], label
