"""The deliveries of a relay, counted and timed by consumer."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from stores.domain.outbox import Consumer

SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class RelayMetrics:
    """A `RelayObserver`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        commits = Counter(
            "quadrangle_relay_commits_total",
            "Commits of the outbox that this relay settled: delivered, or skipped because the consumer rejected them",
            ["consumer", "outcome"],
            registry=registry,
        )
        seconds = Histogram(
            "quadrangle_relay_delivery_seconds",
            "How long the delivery of a batch of commits took, with its settlement",
            ["consumer"],
            buckets=SECONDS,
            registry=registry,
        )
        self._partitions = Gauge(
            "quadrangle_relay_partitions", "Partitions of the outbox that this relay works on", registry=registry
        )
        self._delivered = {each: commits.labels(consumer_label(each), "delivered") for each in Consumer}
        self._skipped = {each: commits.labels(consumer_label(each), "skipped") for each in Consumer}
        self._seconds = {each: seconds.labels(consumer_label(each)) for each in Consumer}

    def delivered(self, consumer: Consumer, commits: int, seconds: float) -> None:
        """As `RelayObserver.delivered`."""
        self._delivered[consumer].inc(commits)
        self._seconds[consumer].observe(seconds)

    def skipped(self, consumer: Consumer) -> None:
        """As `RelayObserver.skipped`."""
        self._skipped[consumer].inc()

    def leased(self, partitions: int) -> None:
        """As `RelayObserver.leased`."""
        self._partitions.set(partitions)


def consumer_label(consumer: Consumer) -> str:
    """The label of a consumer: the name of its store."""
    return consumer.value.lower()
