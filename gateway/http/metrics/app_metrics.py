"""What an app keeps anyway, read at each scrape."""

from collections.abc import Iterable, Mapping
from dataclasses import fields

from gateway.documents.trusted_documents import TrustedDocument
from gateway.http.auth.open_streams import OpenStreams
from gateway.http.auth.refusals import RefusalReason
from gateway.http.bounds.operation_slots import OperationSlots
from gateway.http.metrics.process_metrics import ProcessMetrics
from gateway.http.subscription_setup import Subscriptions
from gateway.observability.metrics.operation_metrics import OperationMetrics
from gateway.observability.metrics.scraped import Values, one, scrape_counter, scrape_gauge
from gateway.resilience.store_guards import StoreGuards
from resolvers.data.shared_reads.last_good import LastGood
from resolvers.data.shared_reads.shared_reads import SharedReads
from resolvers.subscriptions.topics import TopicRegistry
from stores.ports.live import Live
from stores.ports.stores import Stores

STORES = tuple(each.name for each in fields(Stores))
RESULTS = ("hit", "joined", "read")


def measured_operations(
    metrics: ProcessMetrics, documents: Iterable[TrustedDocument], slots: OperationSlots
) -> OperationMetrics:
    """The observer that measures operations. Those under way are counted by their slots."""
    scrape_gauge(
        metrics.registry,
        "quadrangle_operations_running",
        "Operations under way, without subscriptions that have begun",
        lambda: one(slots.count),
    )
    return OperationMetrics(
        metrics.registry,
        documents=[(each.name, each.kind) for each in documents],
        stores=STORES,
        refusals=metrics.refusals,
    )


def measure_guards(metrics: ProcessMetrics, guards: StoreGuards) -> None:
    """The breakers, and the store calls under way."""
    labels = ["store", "class"]
    scrape_gauge(
        metrics.registry,
        "quadrangle_breaker_open",
        "Whether calls to a store are refused because it failed lately",
        lambda: [((store, kind.value), guard.breaker.is_open) for store, kind, guard in guards],
        labels,
    )
    scrape_counter(
        metrics.registry,
        "quadrangle_breaker_opened_total",
        "How often a breaker opened",
        lambda: [((store, kind.value), guard.breaker.opened) for store, kind, guard in guards],
        labels,
    )
    scrape_gauge(
        metrics.registry,
        "quadrangle_store_calls_in_flight",
        "Store calls under way",
        lambda: [((store, kind.value), guard.in_flight) for store, kind, guard in guards],
        labels,
    )


def measure_refusals(metrics: ProcessMetrics, *, tokens: Mapping[RefusalReason, int]) -> None:
    """What was refused: requests and operations beyond a limit, and `tokens` by the reason."""
    scrape_counter(
        metrics.registry,
        "quadrangle_refusals_total",
        "Requests, operations and fields beyond a limit, by the limit",
        lambda: [((kind.value,), count) for kind, count in metrics.refusals.counts.items()],
        ["kind"],
    )
    scrape_counter(
        metrics.registry,
        "quadrangle_auth_refusals_total",
        "Requests that were not authenticated, by the reason",
        lambda: [((reason.value,), count) for reason, count in tokens.items()],
        ["reason"],
    )


def measure_subscriptions(
    metrics: ProcessMetrics, subscriptions: Subscriptions, streams: OpenStreams, topics: TopicRegistry, live: Live
) -> None:
    """What is open, what is delivered, and what queues of slow subscribers merge and drop."""
    registry = metrics.registry
    scrape_gauge(
        registry, "quadrangle_subscriptions_open", "Subscriptions that have begun", lambda: one(subscriptions.open)
    )
    scrape_gauge(registry, "quadrangle_sockets_open", "Open WebSockets", lambda: one(streams.count()[0]))
    scrape_gauge(registry, "quadrangle_event_streams_open", "Open event streams", lambda: one(streams.count()[1]))
    scrape_counter(
        registry,
        "quadrangle_deliveries_total",
        "Results that subscribers got",
        lambda: one(subscriptions.deliveries),
    )
    scrape_counter(
        registry,
        "quadrangle_updates_coalesced_total",
        "Updates that were merged into others, or replaced by newer ones, because a subscriber was slow",
        lambda: one(topics.counts.coalesced + live.queues.coalesced),
    )
    scrape_counter(
        registry,
        "quadrangle_updates_dropped_total",
        "Updates that a queue did not deliver: its feed is read again for them, or its subscription ended",
        lambda: one(topics.counts.dropped + live.queues.dropped),
    )


def measure_shared_reads(metrics: ProcessMetrics, shared: SharedReads | None, last_good: LastGood | None) -> None:
    """The keys that operations read together, and the values that were served while a store failed."""

    def read() -> Values:
        for path, counts in ({} if shared is None else shared.counts.paths).items():
            for result, count in zip(RESULTS, (counts.hits, counts.joined, counts.reads), strict=True):
                yield (*path, result), count

    scrape_counter(
        metrics.registry,
        "quadrangle_stale_values_total",
        "Last good values that were served while a store failed",
        lambda: [((store,), 0 if last_good is None else last_good.served[store]) for store in STORES],
        ["store"],
    )
    scrape_counter(
        metrics.registry,
        "quadrangle_shared_reads_total",
        "Keys of shared reads: kept (hit), being read by another operation (joined), or read",
        read,
        ["store", "call", "result"],
    )
