"""What strawberry leaves when it has begun a subscription: the executor of its events, and the events.

Strawberry parses, validates and begins a subscription as any operation, with its permission checks. From then on its
generators would cost memory for each subscriber and time for each event.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from gateway.http.bounds.operation_slots import Slot
from gateway.http.graphql_request import GraphQLRequest
from resolvers.context import Peer
from resolvers.execution.event_groups.event_groups import EventGroups, Member, T
from resolvers.execution.event_groups.group_key import is_traced


@dataclass(slots=True)
class Subscriptions:
    """The subscriptions of the process: how many are open, and how many results their subscribers got so far."""

    open: int = 0
    deliveries: int = 0


class SubscriptionSetup:
    """The setup of one operation that may be a subscription, counted in `counts` if it is. `events`: None unless it has
    begun, and its events are for a group. A subscription frees its slot when it begins: it mostly waits."""

    __slots__ = ("_counts", "_executor", "_slot", "events", "has_begun")

    def __init__(self, slot: Slot, counts: Subscriptions) -> None:
        self._slot = slot
        self._counts = counts
        self.has_begun = False
        self._executor: Any = None
        self.events: AsyncIterator[Any] | None = None

    def of(self, peer: Peer) -> Peer:
        """The peer with which strawberry begins the operation."""
        if is_traced(peer):
            return replace(peer, on_subscribe=self._begin)
        return replace(peer, on_subscribe=self._begin, take_events=self._take)

    def join(self, groups: EventGroups[T], request: GraphQLRequest) -> Member[T]:
        """Join the group of a subscription that has begun."""
        executor, self._executor = self._executor, None
        return groups.join(executor, operation_name=request.operation_name, variables=request.variables or {})

    async def close(self) -> None:
        """End the operation: stop listening."""
        self._slot.free()
        if self.has_begun:
            self.has_begun = False
            self._counts.open -= 1
        # Both refer to the peer, which refers to this object.
        events, self.events, self._executor = self.events, None, None
        if events is not None:
            with suppress(Exception):  # as graphql-core does
                await events.aclose()  # type: ignore[attr-defined]  # an EventStream

    def _begin(self, executor: Any) -> None:
        self._slot.free()
        self._executor = executor
        self.has_begun = True
        self._counts.open += 1

    def _take(self, events: AsyncIterator[Any]) -> AsyncIterator[Any]:
        self.events = events
        return _no_events()


async def _no_events() -> AsyncGenerator[Any, None]:
    return
    yield
