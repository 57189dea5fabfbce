"""Each operation and each event of a subscription is reported once, with its errors, its cost and its store calls."""

import asyncio
from typing import Any

import pytest
from strawberry.types.graphql import OperationType

from gateway.http.bounds.operation_slots import OperationSlots
from gateway.http.graphql_request import GraphQLRequest
from gateway.http.operations import Operations
from gateway.http.refusal import RequestRefused
from gateway.observability.access_entry import AccessEntry
from gateway.observability.operation_report import OperationReport
from resolvers.viewer import Viewer
from stores.domain.events import Verb
from tests.gateway.http.event_groups.watchers import AnyDocument
from tests.resolvers import world
from tests.resolvers.subscriptions.live_school import ADA_ALGEBRA, SCHEMA, School, open_school, settle

NAME = "{ me { displayName } }"


class Recorded:
    """An observer that records."""

    def __init__(self) -> None:
        self.reports: list[OperationReport] = []
        self.refusals: list[str] = []

    def operation(self, report: OperationReport) -> None:
        self.reports.append(report)

    def refusal(self, viewer: Viewer, code: str, entry: AccessEntry | None) -> None:
        self.refusals.append(code)


@pytest.fixture
async def school() -> School:
    return await open_school()


def operations(recorded: Recorded, *, most: int = 8) -> Operations:
    return Operations(schema=SCHEMA, documents=AnyDocument(), slots=OperationSlots(most), observers=[recorded])


def request(text: str, *, trusted_name: str | None = None) -> GraphQLRequest:
    return GraphQLRequest(
        query=text, variables=None, operation_name=None, extensions=None, trusted_name=trusted_name, size=len(text)
    )


async def executed(run: Operations, school: School, given: GraphQLRequest, **instead: Any) -> None:
    peer = school.peer(world.learner(), **instead)
    await run.execute(peer, given, frozenset({OperationType.QUERY, OperationType.MUTATION}))


async def test_a_query_is_reported_alike_by_both_life_cycles(school: School) -> None:
    """The second time, it is a repeated document."""
    recorded = Recorded()
    run = operations(recorded)
    for _ in range(2):
        await executed(run, school, request(NAME, trusted_name="Name"))
    for report in recorded.reports:
        assert (report.name, report.outcome, report.end.kind) == ("Name", "ok", "query")
        assert [(batch.store, batch.call) for batch in report.end.batches] == [("profiles", "by_ids")]
        assert report.end.cost > 0
        assert report.end.ms > 0
        assert report.end.document is not None
    assert len(recorded.reports) == 2


@pytest.mark.parametrize(
    ("text", "kind", "outcome", "codes"),
    [
        ("{ nothing }", "query", "error", ["GRAPHQL_VALIDATION_FAILED"]),
        ("{", "invalid", "error", ["GRAPHQL_PARSE_FAILED"]),
        ("{ me { displayName } learners(first: 1) { edges { cursor } } }", "query", "partial", ["FORBIDDEN"]),
        ('mutation { endSession(input: {sessionId: "s"}) { sessionId } }', "mutation", "error", None),
    ],
)
async def test_errors_are_reported_by_their_codes(
    school: School, text: str, kind: str, outcome: str, codes: list[str] | None
) -> None:
    recorded = Recorded()
    await executed(operations(recorded), school, request(text))
    [report] = recorded.reports
    assert (report.name, report.end.kind, report.outcome) == ("other", kind, outcome)
    assert codes is None or list(report.end.codes) == codes


async def test_a_refusal_is_reported(school: School) -> None:
    recorded = Recorded()
    with pytest.raises(RequestRefused):
        await executed(operations(recorded, most=0), school, request(NAME))
    assert (recorded.refusals, recorded.reports) == (["OVERLOADED"], [])


async def test_a_subscription_and_each_of_its_events_are_reported(school: School) -> None:
    recorded = Recorded()
    run = operations(recorded)
    text = f'subscription {{ progressUpdated(registration: "{ADA_ALGEBRA}") {{ progress {{ completion }} }} }}'
    results = run.stream(school.peer(world.learner(), trace=False), request(text))
    first = asyncio.ensure_future(anext(results))
    await settle()
    await school.record(ADA_ALGEBRA, Verb.ATTEMPTED, "quiz", score=0.1)
    await first
    await results.aclose()
    assert sorted(report.end.kind for report in recorded.reports) == ["event", "subscription"]
    assert {report.outcome for report in recorded.reports} == {"ok"}
