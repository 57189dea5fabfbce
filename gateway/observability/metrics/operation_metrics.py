"""Operations, counted and timed by name, type, role and outcome."""

from collections.abc import Collection, Iterable
from itertools import product

from prometheus_client import CollectorRegistry, Counter, Histogram

from gateway.observability.access_entry import AccessEntry
from gateway.observability.metrics.store_call_metrics import StoreCallMetrics
from gateway.observability.operation_report import NO_ROLE, OTHER, OperationReport, role_of
from gateway.observability.refusals import RefusalKind, Refusals
from resolvers.error_codes import ErrorCode
from resolvers.operation_end import OperationEnd
from resolvers.viewer import Role, Viewer

TYPES = ("query", "mutation", "subscription", "event", "invalid")
OUTCOMES = ("ok", "partial", "error", "refused", "timeout", "cancelled")
ROLES = (*(role.value for role in Role), NO_ROLE)
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
MOST_FROM_THE_START = 100
"""Trusted documents whose series exist from the start. Those of further ones begin with their first operation."""


class OperationMetrics:
    """An `OperationObserver`. `documents`: the names of the trusted documents, each with the type of its operation.
    `stores`: the names of the ports. `refusals` counts the limits that operations exceeded."""

    def __init__(
        self,
        registry: CollectorRegistry,
        *,
        documents: Iterable[tuple[str, str]],
        stores: Iterable[str],
        refusals: Refusals,
    ) -> None:
        self._refusals = refusals
        self._operations = Counter(
            "quadrangle_operations_total",
            "Operations and events of subscriptions that ended",
            ["operation", "type", "role", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "quadrangle_operation_seconds",
            "How long operations and events took",
            ["operation", "type"],
            buckets=SECONDS,
            registry=registry,
        )
        self._store_calls = StoreCallMetrics(registry, stores)
        self._counters: dict[tuple[str, str, str, str], Counter] = {}
        self._histograms: dict[tuple[str, str], Histogram] = {}
        self._begin(OTHER, TYPES)
        for name, kind in sorted(set(documents))[:MOST_FROM_THE_START]:
            self._begin(name, {kind, "event"} if kind == "subscription" else {kind})

    def operation(self, report: OperationReport) -> None:
        """Count the end of an operation."""
        end = report.end
        self._counter(report.name, end.kind, role_of(report.viewer), report.outcome).inc()
        self._histogram(report.name, end.kind).observe(end.ms / 1000)
        self._store_calls.ended(end.batches)
        if end.codes:
            self._count_limits(end)

    def refusal(self, viewer: Viewer, code: str, entry: AccessEntry | None) -> None:
        """Count an operation that was refused before it began."""
        self._counter(OTHER, "invalid", role_of(viewer), "refused").inc()
        if code == ErrorCode.UNTRUSTED_DOCUMENT:
            self._refusals.count(RefusalKind.UNTRUSTED_DOCUMENT)

    def _count_limits(self, end: OperationEnd) -> None:
        for limit in end.limits:
            self._refusals.count(RefusalKind(limit))
        if ErrorCode.TOO_MANY_STORE_CALLS in end.codes:
            self._refusals.count(RefusalKind.STORE_CALLS)

    def _begin(self, name: str, kinds: Collection[str]) -> None:
        """Let the series of a name exist: the first increase of a new series is not seen."""
        for kind in kinds:
            self._histogram(name, kind)
            for role, outcome in product(ROLES, OUTCOMES):
                self._counter(name, kind, role, outcome)

    def _counter(self, name: str, kind: str, role: str, outcome: str) -> Counter:
        key = (name, kind, role, outcome)
        found = self._counters.get(key)
        if found is None:
            found = self._counters[key] = self._operations.labels(*key)
        return found

    def _histogram(self, name: str, kind: str) -> Histogram:
        found = self._histograms.get((name, kind))
        if found is None:
            found = self._histograms[name, kind] = self._seconds.labels(name, kind)
        return found
