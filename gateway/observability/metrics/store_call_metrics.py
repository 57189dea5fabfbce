"""The store calls of operations, counted and timed by store and call."""

from collections.abc import Iterable
from itertools import product
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram

from resolvers.data.store_calls import Batch
from stores.errors import StoreError

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
KEYS = (1, 2, 5, 10, 20, 50, 100)


class _OfCall(NamedTuple):
    calls: Counter
    seconds: Histogram
    keys: Histogram


class StoreCallMetrics:
    """The series of a call begin with its first batch; the errors of `stores` exist from the start."""

    def __init__(self, registry: CollectorRegistry, stores: Iterable[str]) -> None:
        labels = ["store", "call"]
        self._count = Counter(
            "quadrangle_store_batches_total", "Store calls of operations that ended", labels, registry=registry
        )
        self._seconds = Histogram(
            "quadrangle_store_batch_seconds",
            "How long store calls of operations took",
            labels,
            buckets=SECONDS,
            registry=registry,
        )
        self._keys = Histogram(
            "quadrangle_store_batch_keys", "Keys of a store call", labels, buckets=KEYS, registry=registry
        )
        self._errors = Counter(
            "quadrangle_store_errors_total",
            "Store calls of operations that failed, by the code of the error",
            ["store", "code"],
            registry=registry,
        )
        for store, code in product(stores, store_codes()):
            self._errors.labels(store, code)
        self._calls: dict[tuple[str, str], _OfCall] = {}

    def ended(self, batches: Iterable[Batch]) -> None:
        """Count the store calls of an operation."""
        for batch in batches:
            call = self._calls.get((batch.store, batch.call)) or self._begin(batch.store, batch.call)
            call.calls.inc()
            call.seconds.observe(batch.ms / 1000)
            call.keys.observe(batch.keys)
            if batch.code is not None:
                self._errors.labels(batch.store, batch.code).inc()

    def _begin(self, store: str, name: str) -> _OfCall:
        labels = (store, name)
        call = self._calls[labels] = _OfCall(
            self._count.labels(*labels), self._seconds.labels(*labels), self._keys.labels(*labels)
        )
        return call


def store_codes() -> list[str]:
    """The codes of all errors of stores."""
    kinds = [StoreError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return sorted({kind.code for kind in kinds})
