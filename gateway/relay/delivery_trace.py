"""Traces of deliveries: a delivery that has commits of sampled operations links to them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from stores.domain.outbox import Commit, Consumer
from stores.ports.stores import Stores


class DeliveryTrace(Protocol):
    """The span of one delivery."""

    @property
    def traceparent(self) -> str:
        """The span, for the stores that the delivery writes to."""

    def end(self, error: BaseException | None) -> None:
        """End the span. `error`: why the delivery failed."""


class DeliveryTraces(Protocol):
    """Begins the traces of deliveries."""

    def delivery(self, consumer: Consumer, commits: Sequence[Commit]) -> DeliveryTrace | None:
        """Begin the trace of a delivery; None if none of the commits is of a sampled operation."""


async def traced_delivery(
    traces: DeliveryTraces | None,
    consumer: Consumer,
    stores: Stores,
    commits: Sequence[Commit],
    deliver: Callable[[Stores, Sequence[Commit]], Awaitable[None]],
) -> None:
    """Deliver the commits within a trace, if one of them is of a sampled operation."""
    trace = None if traces is None else traces.delivery(consumer, commits)
    if trace is None:
        await deliver(stores, commits)
        return
    error: BaseException | None = None
    try:
        await deliver(stores.in_trace(trace.traceparent), commits)
    except BaseException as raised:
        error = raised
        raise
    finally:
        trace.end(error)
