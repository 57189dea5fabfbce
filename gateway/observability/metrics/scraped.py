"""Metrics whose values other objects keep anyway: they are read at each scrape."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

Values = Iterable[tuple[Sequence[str], float]]
"""The values of the labels, and the value that belongs to them."""


class Scraped:
    """One metric. `read` returns its values as of now, an empty sequence if they are not known; it must not raise."""

    def __init__(
        self,
        family: type[CounterMetricFamily] | type[GaugeMetricFamily],
        name: str,
        documentation: str,
        labels: Sequence[str],
        read: Callable[[], Values],
    ) -> None:
        self._new: Callable[[], Any] = partial(family, name, documentation, labels=labels)
        self._read = read

    def describe(self) -> Iterable[Metric]:
        """The metric without values: a registry asks for its name."""
        return [self._new()]

    def collect(self) -> Iterable[Metric]:
        """The metric with its values."""
        metric = self._new()
        for labels, value in self._read():
            metric.add_metric(labels, value)
        return [metric]


def scrape_gauge(
    registry: CollectorRegistry, name: str, documentation: str, read: Callable[[], Values], labels: Sequence[str] = ()
) -> None:
    """Let a registry read a value that goes up and down."""
    registry.register(Scraped(GaugeMetricFamily, name, documentation, labels, read))


def scrape_counter(
    registry: CollectorRegistry, name: str, documentation: str, read: Callable[[], Values], labels: Sequence[str] = ()
) -> None:
    """Let a registry read a value that goes up only. The name ends with `_total`."""
    registry.register(Scraped(CounterMetricFamily, name, documentation, labels, read))


def one(value: float) -> Values:
    """The value of a metric without labels."""
    return [((), value)]
