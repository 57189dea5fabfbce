"""A delivery of the relay and a live update link to the commit of the operation that made them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from opentelemetry.trace import SpanKind, StatusCode

from gateway.http.bounds.operation_slots import OperationSlots
from gateway.http.graphql_request import GraphQLRequest
from gateway.http.operations import Operations
from gateway.relay.delivery_trace import traced_delivery
from gateway.relay.relay import Pace, Relay
from stores.domain.events import Verb
from stores.domain.outbox import Commit, Consumer
from stores.errors import Unavailable
from stores.ports.stores import Stores
from tests.gateway.http.event_groups.watchers import AnyDocument
from tests.gateway.observability.recorded_spans import RecordedSpans, links
from tests.resolvers import world
from tests.resolvers.subscriptions.live_school import ADA_ALGEBRA, SCHEMA, School, open_school, progress_updated, settle
from tests.stores.samples import TRACEPARENT, commit

QUICK = Pace(claim=0.01, poll=0.01, timeline_pause=0, live_pause=0, first_backoff=0.001, longest_backoff=0.01)
WITHIN = 30


@pytest.fixture
async def school() -> School:
    return await open_school()


def request(text: str, *, trusted_name: str | None = None) -> GraphQLRequest:
    return GraphQLRequest(
        query=text, variables=None, operation_name=None, extensions=None, trusted_name=trusted_name, size=len(text)
    )


async def next_of(results: Any) -> "asyncio.Task[Any]":
    """The next result, once the subscription waits for an event."""
    task: asyncio.Task[Any] = asyncio.ensure_future(anext(results))
    await settle()
    return task


async def record(school: School, number: int, *, stores: Stores | None = None) -> None:
    """Commit an event that changes the progress of Ada."""
    writer = School(stores or school.stores, school.clock)
    await writer.record(
        ADA_ALGEBRA, Verb.ATTEMPTED, "quiz", score=number / 10, deliver=False, id=world.registration("x", number)
    )


async def test_deliveries_and_events_link_to_the_commit_of_a_sampled_operation(school: School) -> None:
    spans = RecordedSpans()
    run = Operations(schema=SCHEMA, documents=AnyDocument(), slots=OperationSlots(8), tracing=spans.tracing)
    first_peer = school.peer(world.learner(), trace=False)
    peers = [first_peer, replace(first_peer)]
    text = f"subscription {{ {progress_updated(f'registration:{ADA_ALGEBRA}', 'progress { completion }')} }}"
    watching = [run.stream(peer, request(text, trusted_name="Watch")) for peer in peers]
    relay = Relay(school.stores, holder="relay", failures=first_peer.health, pace=QUICK, traces=spans.tracing)
    relaying = asyncio.create_task(relay.run())
    try:
        async with asyncio.timeout(WITHIN):
            first = [await next_of(results) for results in watching]
            await record(school, 1)
            await asyncio.gather(*first)
            assert spans.names == [], "the commit is of no sampled operation"

            second = [await next_of(results) for results in watching]
            await record(school, 2, stores=school.stores.in_trace(TRACEPARENT))
            await asyncio.gather(*second)
            while len(spans.names) < 3:
                await settle()
    finally:
        relaying.cancel()
        await asyncio.wait([relaying])
        for results in watching:
            await results.aclose()
    assert spans.names == ["deliver LIVE", "deliver TIMELINE", "event Watch"], "both subscribers share one execution"
    for span in spans.spans:
        assert links(span) == [TRACEPARENT]
        assert span.parent is None
        assert span.kind is SpanKind.CONSUMER
    assert dict(spans.named("event Watch").attributes or {})["graphql.operation.type"] == "subscription"


async def test_a_span_of_a_subscription_ends_when_it_has_begun_and_events_are_not_its_children(school: School) -> None:
    spans = RecordedSpans(share=1)
    run = Operations(schema=SCHEMA, documents=AnyDocument(), slots=OperationSlots(8), tracing=spans.tracing)
    text = f"subscription {{ {progress_updated(f'registration:{ADA_ALGEBRA}', 'enrollment { state }')} }}"
    results = run.stream(school.peer(world.learner(), trace=False), request(text))
    async with asyncio.timeout(WITHIN):
        waiting = await next_of(results)
        assert "subscription" in spans.names
        await school.record(ADA_ALGEBRA, Verb.ATTEMPTED, "quiz", score=0.1)
        await waiting
        await results.aclose()
    begun, event = spans.named("subscription"), spans.named("event")
    assert begun.context.trace_id != event.context.trace_id
    [read] = [span for span in spans.spans if span.parent == event.context]
    assert read.name == "by_registrations progress"


class OneTrace:
    """Begins the trace of each delivery, and keeps the errors with which they end."""

    traceparent = TRACEPARENT

    def __init__(self) -> None:
        self.errors: list[BaseException | None] = []

    def delivery(self, consumer: Consumer, commits: Sequence[Commit]) -> "OneTrace":
        return self

    def end(self, error: BaseException | None) -> None:
        self.errors.append(error)


async def test_the_stores_of_a_traced_delivery_have_its_trace(school: School) -> None:
    traces, used = OneTrace(), []

    async def deliver(stores: Stores, commits: Sequence[Commit]) -> None:
        used.append(stores)
        await record(school, 1, stores=stores)

    await traced_delivery(traces, Consumer.TIMELINE, school.stores, [commit(1)], deliver)
    [found] = await school.stores.outbox.take(Consumer.TIMELINE, range(64), most=1_000)
    assert found.traceparent == TRACEPARENT
    await traced_delivery(None, Consumer.TIMELINE, school.stores, [commit(1)], deliver)
    assert used[1] is school.stores


async def test_a_delivery_that_fails_ends_its_span_with_the_error() -> None:
    spans, stores = RecordedSpans(), (await open_school()).stores

    async def fail(stores: Stores, commits: Sequence[Commit]) -> None:
        raise Unavailable("timeline", "secret.example refused")

    sent = [replace(commit(number), traceparent=TRACEPARENT) for number in (1, 2)]
    with pytest.raises(Unavailable):
        await traced_delivery(spans.tracing, Consumer.TIMELINE, stores, sent, fail)
    span = spans.named("deliver TIMELINE")
    assert span.status.status_code is StatusCode.ERROR
    assert dict(span.attributes or {}).items() >= {
        ("error.type", "STORE_UNAVAILABLE"),
        ("messaging.batch.message_count", 2),
    }
    assert "secret" not in span.to_json()
    assert links(span) == [TRACEPARENT], "once for each operation"


async def test_a_malformed_traceparent_of_a_row_does_not_end_a_delivery() -> None:
    spans, stores = RecordedSpans(), (await open_school()).stores
    delivered: list[Commit] = []

    async def deliver(stores: Stores, commits: Sequence[Commit]) -> None:
        delivered.extend(commits)

    sent = [replace(commit(1), traceparent="a newer version's")]
    await traced_delivery(spans.tracing, Consumer.LIVE, stores, sent, deliver)
    assert (delivered, spans.names) == (sent, [])
