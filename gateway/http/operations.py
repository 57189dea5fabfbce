"""Runs GraphQL operations for all transports: HTTP, server-sent events and WebSocket."""

from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from strawberry.schema import BaseSchema
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from gateway.http.bounds.operation_slots import OperationSlots, Slot
from gateway.http.graphql_request import GraphQLRequest
from gateway.http.refusal import RequestRefused
from gateway.http.streamed_result import StreamedResult, encode, refused, streamed
from gateway.http.subscription_setup import Subscriptions, SubscriptionSetup
from gateway.http.trace_parent import trace_parent_of
from gateway.observability.access_entry import AccessEntry
from gateway.observability.operation_report import OTHER, OperationObserver, OperationReport
from gateway.observability.tracing.tracing import Tracing
from gateway.runtime.loop_turns import LoopTurns
from resolvers.context import Peer
from resolvers.execution.event_groups.event_groups import EventGroups
from resolvers.operation_end import OperationEnd
from resolvers.operation_trace import OperationTraces
from resolvers.viewer import Viewer

UNIT_CHARACTERS = 100
"""A unit of the rate for each of these parts of a text: what the parser and the validation of a new document take. The
same for variables of an operation that is not executed: to coerce a megabyte takes 0.3 s."""
VARIABLES_UNIT_CHARACTERS = 1_000
"""The same for the variables of a viewer with a token: they are parsed quickly, and the cost counts their use."""
REFUSED_UNIT_CHARACTERS = 10
"""The same for a text that is refused: it is parsed and validated again each time."""
DELIVERED_AT_ONCE = 100
"""Events in each turn of the event loop, of all subscribers. To deliver one takes some 50 µs. A source that always has
an event, and a client whose buffer always has room, must let other tasks run, too."""


class Documents(Protocol):
    """Finds the documents that requests name by an id or a hash."""

    async def resolve(self, peer: Peer, request: GraphQLRequest) -> GraphQLRequest:
        """The request with the text of its document. Raises `RequestRefused`."""

    async def validated(self, peer: Peer, request: GraphQLRequest) -> None:
        """Record that the document of a resolved request is valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """What every operation passes through: admission, its document, then the schema."""

    schema: BaseSchema
    documents: Documents
    slots: OperationSlots
    groups: EventGroups[StreamedResult] = field(default_factory=lambda: EventGroups(encode))
    deliveries: LoopTurns = field(default_factory=lambda: LoopTurns(DELIVERED_AT_ONCE))
    observers: Sequence[OperationObserver] = ()
    tracing: Tracing | None = None
    subscriptions: Subscriptions = field(default_factory=Subscriptions)

    async def admitted(self, peer: Peer, request: GraphQLRequest) -> GraphQLRequest:
        """The request with its document, once the peer may run it. Raises `RequestRefused`."""
        try:
            return await self._admitted(peer, request)
        except RequestRefused as refusal:
            self._refused(peer, request, refusal)
            raise

    async def _admitted(self, peer: Peer, request: GraphQLRequest) -> GraphQLRequest:
        await peer.admit()
        characters = VARIABLES_UNIT_CHARACTERS if peer.viewer.authenticated else UNIT_CHARACTERS
        peer.charge(len(request.query or "") // UNIT_CHARACTERS + request.variables_size // characters)
        return await self.documents.resolve(peer, request)

    async def execute(self, peer: Peer, request: GraphQLRequest, allowed: Collection[OperationType]) -> ExecutionResult:
        """The result of an admitted query or mutation. Raises `RequestRefused`, and strawberry's errors of requests
        that cannot be run."""
        slot = self._slot(peer, request)
        try:
            result = await self.schema.execute(
                request.query,
                variable_values=request.variables,
                context_value=self._peer_of(peer, request),
                operation_name=request.operation_name,
                allowed_operation_types=allowed,
                operation_extensions=request.extensions,
            )
        finally:
            slot.free()
        await self._noted(peer, request, result)
        return result

    async def stream(
        self, peer: Peer, request: GraphQLRequest, allowed: Collection[OperationType] = tuple(OperationType)
    ) -> AsyncGenerator[StreamedResult, None]:
        """Yield the result of an admitted query or mutation, or one for each event of a subscription. One without
        `data` is the last. Closing the generator ends the subscription."""
        try:
            slot = self._slot(peer, request)
        except RequestRefused as refusal:  # the response has begun
            yield refused(refusal.error)
            return
        setup = SubscriptionSetup(slot, self.subscriptions)
        try:
            async with aclosing(self._results(setup.of(self._peer_of(peer, request)), request, allowed)) as results:
                async for result in results:
                    if setup.has_begun:
                        self.subscriptions.deliveries += 1
                    yield result
            if setup.events is None:
                return
            await self.documents.validated(peer, request)
            first, wasted = True, request.variables_size // UNIT_CHARACTERS
            with setup.join(self.groups, request) as member:
                del request, results  # the subscription takes less memory while it waits
                while True:
                    try:
                        event = await anext(setup.events)
                    except StopAsyncIteration:
                        return
                    except Exception as error:
                        response = self.groups.failure(error)
                    else:
                        await self.deliveries.take()
                        if not first:
                            await peer.admit()
                        peer.charge(member.cost)
                        response, more = await member.result(event)
                        peer.charge(more)
                        del event  # while it waits, it holds nothing of the last event
                    if first and response.errors is not None:
                        peer.charge(wasted)
                    first = False
                    self.subscriptions.deliveries += 1
                    yield response
                    if response.errors is not None:
                        return
        except RequestRefused as refusal:
            yield refused(refusal.error)
        finally:
            await setup.close()

    async def _results(
        self, peer: Peer, request: GraphQLRequest, allowed: Collection[OperationType]
    ) -> AsyncGenerator[StreamedResult, None]:
        """The results that the schema makes: of a query, of a mutation, of a subscription that is refused, and those of
        one that belongs to no group."""
        results = await self.schema.stream(
            request.query,
            variable_values=request.variables,
            context_value=peer,
            operation_name=request.operation_name,
            operation_extensions=request.extensions,
            allowed_operation_types=allowed,
        )
        first = True
        async with aclosing(results):
            async for result in results:
                if first:
                    await self._noted(peer, request, result)
                else:
                    await peer.admit()  # the executor charges each event
                first = False
                response = streamed(result)
                yield response
                if response.errors is not None:
                    return
                await self.deliveries.take()

    def _slot(self, peer: Peer, request: GraphQLRequest) -> Slot:
        """A slot of the peer's subject. Raises `RequestRefused`."""
        try:
            return self.slots.take(peer.viewer.subject)
        except RequestRefused as refusal:
            self._refused(peer, request, refusal)
            raise

    def _refused(self, peer: Peer, request: GraphQLRequest, refusal: RequestRefused) -> None:
        for observer in self.observers:
            observer.refusal(peer.viewer, refusal.code, request.entry)

    def _peer_of(self, peer: Peer, request: GraphQLRequest) -> Peer:
        """The peer of one operation, whose end is reported, and which is traced."""
        report = partial(self._report, peer.viewer, request.trusted_name or OTHER, request.entry)
        return replace(peer, on_end=report, max_age=request.max_age, traces=self._traces_of(peer, request))

    def _traces_of(self, peer: Peer, request: GraphQLRequest) -> OperationTraces | None:
        if self.tracing is None:
            return None
        parent = trace_parent_of((request.extensions or {}).get) or peer.trace_parent
        return self.tracing.of_request(parent, name=request.trusted_name, backends=peer.health.backends)

    def _report(self, viewer: Viewer, name: str, entry: AccessEntry | None, end: OperationEnd) -> None:
        report = OperationReport(name=name, viewer=viewer, end=end, entry=entry)
        for observer in self.observers:
            observer.operation(report)

    async def _noted(self, peer: Peer, request: GraphQLRequest, result: object) -> None:
        """Record that the document is valid, or charge the peer for one that is not, and for variables that led to
        nothing."""
        if isinstance(result, PreExecutionError):
            peer.charge(len(request.query or "") // REFUSED_UNIT_CHARACTERS)
        else:
            await self.documents.validated(peer, request)
        if getattr(result, "data", None) is None:
            peer.charge(request.variables_size // UNIT_CHARACTERS)
