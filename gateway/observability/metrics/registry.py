"""The registry of a process, and what one scrape of it gives."""

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
    """The metrics of a registry as of now: a collector that may be encoded in a thread."""

    def __init__(self, registry: CollectorRegistry, labels: Mapping[str, str]) -> None:
        """Read the registry. `labels` are added to each of its samples."""
        metrics: Sequence[Metric] = list(registry.collect())
        if labels:
            metrics = [_labelled(metric, labels) for metric in metrics]
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """As `prometheus_client.registry.Collector`."""
        return self._metrics


def _labelled(metric: Metric, labels: Mapping[str, str]) -> Metric:
    """A copy: some collectors return the same object each time."""
    labelled = Metric(metric.name, metric.documentation, metric.type, metric.unit)
    labelled.samples = [sample._replace(labels={**sample.labels, **labels}) for sample in metric.samples]
    return labelled
