"""The states of the stores, and the backlog of the outbox."""

import asyncio
from collections.abc import Sequence

from prometheus_client import CollectorRegistry

from gateway.http.metrics.backlog_reader import BacklogReader
from gateway.observability.metrics.relay_metrics import consumer_label
from gateway.observability.metrics.scraped import Values, scrape_gauge
from resolvers.health import Health
from resolvers.store_states import StoreHealth, StoreState


class StoreMetrics:
    """What is read before a scrape: the last pings, and the backlog."""

    def __init__(self, registry: CollectorRegistry, health: Health, backlog: BacklogReader) -> None:
        self._health = health
        self._backlog = backlog
        self._states: Sequence[StoreHealth] = ()
        scrape_gauge(
            registry, "quadrangle_store_up", "Whether the last ping of a store was answered", self._up, ["store"]
        )
        scrape_gauge(
            registry,
            "quadrangle_relay_backlog_commits",
            "Commits that wait in the outbox, by consumer; absent while it cannot be read",
            lambda: [((consumer_label(each),), count) for each, count in backlog.waiting().items()],
            ["consumer"],
        )
        scrape_gauge(
            registry,
            "quadrangle_relay_lag_seconds",
            "The age of the oldest commit that waits in the outbox, by consumer; absent while it cannot be read",
            lambda: [((consumer_label(each),), lag) for each, lag in backlog.lags().items()],
            ["consumer"],
        )

    async def refresh(self) -> None:
        """Read both. Does not wait for a store that does not answer."""
        self._states, _ = await asyncio.gather(self._health.latest_of_probes(), self._backlog.refresh())

    def _up(self) -> Values:
        return [((each.store,), each.state is not StoreState.DOWN) for each in self._states]
