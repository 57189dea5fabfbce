"""The registry of a process, and what one scrape of it gives."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    Metric,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)


def new_registry() -> CollectorRegistry:
    """A registry with the metrics of the process and of Python."""
    # A `_created` series for each counter and histogram would double them. The library has a switch for all of a
    # process only.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


class Scrape:
    """The metrics of a registry at a time: a collector that may be encoded in a thread."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    @classmethod
    async def of(cls, registry: CollectorRegistry, labels: Mapping[str, str]) -> "Scrape":
        """Read the registry now, each metric in a turn of the event loop of its own. `labels` are added to each
        sample."""
        metrics: list[Metric] = []
        for metric in registry.collect():
            metrics.append(_labelled(metric, labels) if labels else metric)
            await asyncio.sleep(0)
        return cls(metrics)

    def collect(self) -> Iterable[Metric]:
        """As `prometheus_client.registry.Collector`."""
        return self._metrics


def _labelled(metric: Metric, labels: Mapping[str, str]) -> Metric:
    """A copy: some collectors return the same object each time."""
    labelled = Metric(metric.name, metric.documentation, metric.type, metric.unit)
    labelled.samples = [sample._replace(labels={**sample.labels, **labels}) for sample in metric.samples]
    return labelled
