"""What resolvers are given: a Peer for each request or socket, a Context for each operation."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import strawberry

from resolvers.data.dataloaders import Loaders
from resolvers.data.guards import UNGUARDED, Guards
from resolvers.data.shared_reads.last_good import LastGood
from resolvers.data.shared_reads.shared_reads import SharedReads
from resolvers.data.shared_reads.stale_reads import StaleReads
from resolvers.documents.document import Document
from resolvers.health import Health
from resolvers.limits import DEFAULT_LIMITS, Limits
from resolvers.operation_end import OperationEnd, unobserved
from resolvers.operation_trace import OperationTrace, OperationTraces, TraceParent
from resolvers.policy.policy import DEFAULT_POLICY, Policy
from resolvers.subscriptions.topics import TopicRegistry
from resolvers.viewer import Viewer
from stores.ports.stores import Stores

ExecutorName = Literal["compiled", "reference"]


async def admitted() -> None:
    """Admit an operation."""


def free(cost: float) -> None:
    """Take a cost and count nothing."""


def untracked(task: "asyncio.Future[Any]") -> None:
    """Take a task that runs on, and do not wait for it."""


def unnoticed(executor: Any) -> None:
    """Do nothing when a subscription begins."""


def executed(events: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """Leave the events of a subscription to the executor that began it."""
    return events


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The viewer of a request or socket, and what the process gives its operations.

    `deadlines` are by store. `limits` are those of its operations. `trace`: answers list their store calls in
    `extensions`, and with `trace_cost` what they cost. `traces_fields`: they have the times of their fields, if the
    schema traces fields. `admit` raises if the peer may run no operation now; `charge` takes the estimated cost of each
    one, before it reads anything. `policy`: what the operator chose about the rules. `timeout` limits each query,
    mutation and event. `keep_running` takes the task of a mutation that exceeds it or whose client disconnects.
    `on_subscribe` is given the executor of an operation that turns out to be a subscription. `take_events` is given the
    events of a subscription that has begun, and returns those that this executor executes. `executor`: which of the two
    runs its operations; `compiled` compiles a document after `compile_after` earlier uses. `trace_plan`: answers show
    the plan in `extensions.plan`. `shared`: what its queries share with those of others. `last_good`: what its queries
    are served of stores that fail, None: nothing; `max_age`: the oldest that they accept, None: any age. With
    `max_age`, answers list their stores. `guards` admit its store calls. `on_end` is given the end of each operation,
    and of each event. `traces` begins their traces, None if there are none; `trace_parent` is the trace that the client
    named.
    """

    stores: Stores
    viewer: Viewer
    health: Health
    topics: TopicRegistry
    deadlines: Mapping[str, timedelta]
    now: Callable[[], datetime]
    limits: Limits = DEFAULT_LIMITS
    trace: bool = False
    trace_cost: bool = False
    traces_fields: bool = False
    admit: Callable[[], Awaitable[None]] = admitted
    charge: Callable[[float], None] = free
    policy: Policy = DEFAULT_POLICY
    timeout: timedelta | None = None
    keep_running: "Callable[[asyncio.Future[Any]], None]" = untracked
    on_subscribe: Callable[[Any], None] = unnoticed
    take_events: Callable[[AsyncIterator[Any]], AsyncIterator[Any]] = executed
    executor: ExecutorName = "compiled"
    compile_after: int = 0
    trace_plan: bool = False
    shared: SharedReads | None = None
    last_good: LastGood | None = None
    max_age: timedelta | None = None
    guards: Guards = UNGUARDED
    on_end: Callable[[OperationEnd], None] = unobserved
    traces: OperationTraces | None = None
    trace_parent: TraceParent | None = None


@dataclass(slots=True)
class OperationCost:
    """What an operation costs, in the units of `@cost`: `estimated` is set before it reads anything."""

    estimated: float = 0


@dataclass(slots=True, kw_only=True)
class Context:
    """One operation of a peer. Its loaders cache values for as long as the operation, or one of its events, lasts.

    `document` is set once the text is parsed. `plan_trace` is what `extensions.plan` shows; the executor sets it for
    peers that trace their plans. `trace`: that of the operation or the event, if it is sampled."""

    peer: Peer
    viewer: Viewer
    loaders: Loaders
    cost: OperationCost = field(default_factory=OperationCost)
    document: Document | None = None
    plan_trace: dict[str, Any] | None = None
    trace: OperationTrace | None = None

    @classmethod
    def of(cls, peer: Peer, trace: OperationTrace | None = None) -> "Context":
        """A context with loaders that have read nothing yet, and that belong to the trace."""
        loaders = Loaders(
            stores=peer.stores if trace is None else peer.stores.in_trace(trace.traceparent),
            deadlines=peer.deadlines,
            failures=peer.health,
            guards=peer.guards,
            now=peer.now,
            viewer=peer.viewer,
            limits=peer.limits,
            stale=None if peer.last_good is None else StaleReads(peer.last_good, max_age=peer.max_age),
        )
        return cls(peer=peer, viewer=peer.viewer, loaders=loaders, trace=trace)


Info = strawberry.Info[Context, Any]
