"""The spans of operations: one for each, with a child for each store call, and nothing of what clients send or read."""

import gc
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from opentelemetry.sdk.trace import Span
from opentelemetry.trace import SpanKind, StatusCode
from strawberry.types.graphql import OperationType

from gateway.http.bounds.operation_slots import OperationSlots
from gateway.http.graphql_request import GraphQLRequest
from gateway.http.operations import Operations
from gateway.observability.tracing.operation_spans import OperationSpan
from gateway.observability.tracing.tracing import RequestTraces, Tracing
from resolvers.operation_end import OperationEnd
from resolvers.operation_trace import TraceParent
from stores.domain.outbox import PARTITIONS, Consumer
from stores.errors import Unavailable
from tests.gateway.http.event_groups.watchers import AnyDocument
from tests.gateway.observability.recorded_spans import RecordedSpans, traceparent
from tests.resolvers import world
from tests.resolvers.subscriptions.live_school import SCHEMA, FailingStore, School, open_school
from tests.stores.samples import TRACEPARENT

ME = "query Own($first: Int) { me { displayName enrollments(first: $first) { edges { node { id state } } } } }"
UNSAMPLED = TRACEPARENT[:-2] + "00"


@pytest.fixture
async def school() -> School:
    return await open_school()


async def executed(
    school: School,
    tracing: Tracing | None,
    *,
    text: str = ME,
    variables: dict[str, Any] | None = None,
    name: str | None = None,
    parent: TraceParent | None = None,
    extensions: dict[str, Any] | None = None,
) -> Any:
    run = Operations(schema=SCHEMA, documents=AnyDocument(), slots=OperationSlots(8), tracing=tracing)
    request = GraphQLRequest(
        query=text,
        variables=variables,
        operation_name=None,
        extensions=extensions,
        trusted_name=name,
        size=len(text),
    )
    peer = school.peer(world.learner(), trace_parent=parent, trace=False)
    peer.health.backends = {"profiles": "mongodb", "progress": "postgresql"}
    return await run.execute(peer, request, frozenset({OperationType.QUERY, OperationType.MUTATION}))


def attributes(given: Mapping[str, Any] | None) -> dict[str, Any]:
    return dict(given or {})


async def test_an_operation_has_a_span_and_each_of_its_store_calls_one(school: School) -> None:
    """In strawberry's life cycle, and as a repeated document. No field has one."""
    for _ in range(2):
        spans = RecordedSpans(share=1)
        await executed(school, spans.tracing, name="Own")
        assert spans.names == ["by_ids profiles", "by_learners progress", "query Own"]
        operation = spans.named("query Own")
        assert (operation.kind, operation.parent, operation.status.status_code) == (
            SpanKind.SERVER,
            None,
            StatusCode.UNSET,
        )
        assert attributes(operation.attributes).items() >= {
            ("graphql.operation.type", "query"),
            ("graphql.operation.name", "Own"),
        }
        call = spans.named("by_learners progress")
        assert call.kind is SpanKind.CLIENT
        assert call.parent == operation.context
        assert attributes(call.attributes) == {
            "db.system.name": "postgresql",
            "db.operation.name": "by_learners",
            "quadrangle.store": "progress",
        }
        for span in spans.spans:
            times = [operation.start_time or 0, span.start_time or 0, span.end_time or 0]
            assert times == sorted(times)


async def test_the_keys_of_a_store_call_are_counted(school: School) -> None:
    spans = RecordedSpans(share=1)
    text = "{ me { enrollments { edges { node { progress { completion } } } } } }"
    await executed(school, spans.tracing, text=text)
    call = spans.named("course_progress progress")
    assert attributes(call.attributes)["db.operation.batch.size"] == 2
    assert spans.named("query")


async def test_a_store_that_fails_marks_its_span_and_not_that_of_a_partial_answer() -> None:
    failing: list[FailingStore] = []

    def fail(store: Any) -> FailingStore:
        failing.append(FailingStore(store))
        return failing[-1]

    school = await open_school(profiles=fail)
    failing[0].error = lambda: Unavailable("profiles", "secret.example refused")
    spans = RecordedSpans(share=1)
    result = await executed(school, spans.tracing)
    assert result.data is not None
    call, operation = spans.named("by_ids profiles"), spans.named("query")
    assert call.status.status_code is StatusCode.ERROR
    assert attributes(call.attributes)["error.type"] == "STORE_UNAVAILABLE"
    assert operation.status.status_code is StatusCode.UNSET
    assert attributes(operation.attributes)["quadrangle.error.codes"] == ("STORE_UNAVAILABLE",)


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [("{ nothing }", "query", "GRAPHQL_VALIDATION_FAILED"), ("{", "GraphQL Operation", "GRAPHQL_PARSE_FAILED")],
)
async def test_an_operation_without_data_is_an_error(school: School, text: str, name: str, code: str) -> None:
    spans = RecordedSpans(share=1)
    await executed(school, spans.tracing, text=text)
    span = spans.named(name)
    assert span.status.status_code is StatusCode.ERROR
    assert attributes(span.attributes)["error.type"] == code


def test_an_operation_whose_client_left_is_marked_and_no_error() -> None:
    spans = RecordedSpans(share=1)
    begun = spans.tracing.of_request(None, name=None, backends={}).begin()
    assert begun is not None
    begun.end(OperationEnd("query", (), False, 1.0, (), 1.0, None, is_cancelled=True))
    span = spans.named("query")
    assert span.status.status_code is StatusCode.UNSET
    assert attributes(span.attributes)["error.type"] == "cancelled"


async def test_a_span_holds_nothing_that_a_client_sent_or_read(school: School) -> None:
    spans = RecordedSpans(share=1)
    text = 'query MARKED_name { MARKED_alias: course(key: "MARKED-key") { title } me { displayName id } }'
    await executed(school, spans.tracing, text=text, variables={"x": "MARKED-variable"})
    await executed(school, spans.tracing, text=text, extensions={"traceparent": "MARKED-trace"})
    await executed(school, spans.tracing, text="query MARKED($MARKED: Int!) { me { id } }")
    shown = "".join(span.to_json() for span in spans.spans)
    assert "query" in shown
    for hidden in ("MARKED", world.ADA, "displayName", "learner"):
        assert hidden not in shown


async def test_a_sampled_trace_of_the_client_continues(school: School) -> None:
    spans = RecordedSpans()
    await executed(school, spans.tracing, parent=TraceParent(TRACEPARENT, "vendor=1"))
    operation = spans.named("query")
    assert operation.parent is not None
    assert operation.parent.is_remote
    assert f"00-{operation.parent.trace_id:032x}-{operation.parent.span_id:016x}-01" == TRACEPARENT
    assert operation.context.trace_id == operation.parent.trace_id
    assert operation.context.trace_state.get("vendor") == "1"


async def test_an_extension_of_the_operation_names_the_trace_before_the_connection_does(school: School) -> None:
    spans = RecordedSpans()
    await executed(
        school, spans.tracing, parent=TraceParent(UNSAMPLED), extensions={"traceparent": TRACEPARENT, "tracestate": 7}
    )
    assert spans.named("query").context.trace_id == int(TRACEPARENT[3:35], 16)


@pytest.mark.parametrize(
    ("parent", "sampled"),
    [
        (None, True),
        (TraceParent(UNSAMPLED), False),
        (TraceParent(TRACEPARENT), True),
        (TraceParent("00-malformed"), True),
        (TraceParent(TRACEPARENT * 100), True),
        (TraceParent(TRACEPARENT, "x" * 100_000), True),
    ],
)
async def test_the_client_decides_whether_its_trace_is_sampled(
    school: School, parent: TraceParent | None, sampled: bool
) -> None:
    spans = RecordedSpans(share=1)
    await executed(school, spans.tracing, parent=parent)
    assert bool(spans.spans) is sampled


@pytest.mark.parametrize(("drawn", "sampled"), [(0.0, True), (0.0999, True), (0.1, False), (0.99, False)])
async def test_a_share_of_the_other_operations_is_sampled(school: School, drawn: float, sampled: bool) -> None:
    spans = RecordedSpans(share=0.1, draw=lambda: drawn)
    await executed(school, spans.tracing)
    assert bool(spans.spans) is sampled


class NoTracer:
    """A tracer that begins no spans."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


async def test_an_operation_that_is_not_sampled_makes_no_span(school: School) -> None:
    tracer: Any = NoTracer()
    result = await executed(school, Tracing(tracer=tracer, calls=tracer, share=0))
    assert result.errors is None


async def test_without_tracing_there_are_no_objects_of_traces(school: School) -> None:
    gc.collect()  # what other tests left
    seen: list[Any] = []
    profiles: Any = Looking(school.stores.profiles, seen)
    school.stores = replace(school.stores, profiles=profiles)
    result = await executed(school, None, parent=TraceParent(TRACEPARENT))
    assert result.errors is None
    assert seen == [[]]
    await executed(school, RecordedSpans(share=1).tracing)
    assert seen[1], "the same way finds the span of an operation that is traced"


class Looking:
    """Profiles that look for objects of traces in memory, while an operation reads them."""

    def __init__(self, profiles: Any, seen: list[Any]) -> None:
        self._profiles = profiles
        self._seen = seen

    async def by_ids(self, learner_ids: Any) -> Any:
        self._seen.append([each for each in gc.get_objects() if type(each) in (Span, OperationSpan, RequestTraces)])
        return await self._profiles.by_ids(learner_ids)


async def test_a_traced_commit_reaches_the_outbox_with_the_span_of_its_operation(school: School) -> None:
    spans = RecordedSpans(share=1)
    text = """mutation { recordInteractions(input: {events: [{id: "01890000-0000-7000-8000-000000000001",
      registration: "%s", verb: VIEWED, itemKey: "video", at: "%s"}]}) { results { status } } }"""
    at = world.NOW.isoformat().replace("+00:00", "Z")
    result = await executed(school, spans.tracing, text=text % (world.registration(world.ALGEBRA, 0), at))
    assert result.data["recordInteractions"]["results"] == [{"status": "ACCEPTED"}]
    [commit] = await school.stores.outbox.take(Consumer.TIMELINE, range(PARTITIONS), most=100)
    assert commit.traceparent == traceparent(spans.named("mutation"))
