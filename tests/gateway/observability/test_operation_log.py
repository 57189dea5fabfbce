"""The line of each operation: what ran, who ran it, what it cost, how it ended."""

import hmac
import logging
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

import pytest

from gateway.observability.access_entry import AccessEntry
from gateway.observability.operation_log import MOST_BATCHES, OperationLog, shown_batches
from gateway.observability.operation_report import OperationReport
from gateway.observability.pseudonyms import CHARACTERS, Pseudonyms
from resolvers.data.store_calls import Batch
from resolvers.operation_end import OperationEnd
from resolvers.viewer import Viewer
from tests.gateway.app_client import SCHEMA, SECRET, TOKEN_ACCESS, app_client, bearer
from tests.gateway.http.test_sse import EVENTS, asked
from tests.gateway.http.websocket.client import initialize, receive_message, subscribe
from tests.gateway.log_stream import LogStream, captured_logs
from tests.gateway.served_gateway import serve_gateway
from tests.resolvers import world

KEY = "a key of the tests"
KEYED = {"GATEWAY_LOG_KEY": KEY}
NAME = "query Canary { me { displayName } }"
PARTIAL = "{ me { displayName } learners(first: 1) { edges { cursor } } }"
ADA = hmac.digest(KEY.encode(), world.ADA.encode(), "sha256").hex()[:16]
OPERATIONS, REQUESTS = "quadrangle.operations", "quadrangle.http"


@pytest.fixture
def logs() -> Iterator[LogStream]:
    with captured_logs() as stream:
        yield stream


async def test_the_line_of_a_request_has_its_operation(logs: LogStream) -> None:
    async with app_client(KEYED, access=TOKEN_ACCESS) as client:
        await client.post("/graphql", json={"query": NAME}, headers=bearer(world.learner()))
    [line] = logs.records(REQUESTS)
    assert line.pop("ms") > 0
    assert line.pop("cost") > 0
    del line["time"]
    assert line == {
        "level": "INFO",
        "logger": REQUESTS,
        "message": "request",
        "request_id": "request-1",
        "method": "POST",
        "route": "/graphql",
        "status": 200,
        "operation": "other",
        "type": "query",
        "hash": sha256(NAME.encode()).hexdigest()[:12],
        "subject": ADA,
        "role": "LEARNER",
        "outcome": "ok",
        "store_calls": 1,
    }
    assert logs.records(OPERATIONS) == []


@pytest.mark.parametrize(
    ("query", "viewer", "expected"),
    [
        (PARTIAL, world.learner(), {"type": "query", "outcome": "partial", "codes": ["FORBIDDEN"]}),
        ("{ nothing }", world.learner(), {"type": "query", "outcome": "error", "codes": ["GRAPHQL_VALIDATION_FAILED"]}),
        ("{", world.learner(), {"type": "invalid", "hash": None, "codes": ["GRAPHQL_PARSE_FAILED"]}),
        ("{ __typename }", None, {"type": "query", "role": "NONE", "outcome": "ok", "status": 200}),
    ],
)
async def test_the_line_says_how_the_operation_ended(
    logs: LogStream, query: str, viewer: Viewer | None, expected: dict[str, object]
) -> None:
    async with app_client(KEYED, access=TOKEN_ACCESS) as client:
        await client.post("/graphql", json={"query": query}, headers={} if viewer is None else bearer(viewer))
    [line] = logs.records(REQUESTS)
    assert {name: line[name] for name in expected} == expected


async def test_a_refused_operation_is_named_by_its_code(logs: LogStream) -> None:
    unknown = {"documentId": "a" * 64}
    async with app_client(KEYED, access=TOKEN_ACCESS) as client:
        await client.post("/graphql", json=unknown, headers=bearer(world.learner()))
    [line] = logs.records(REQUESTS)
    assert (line["outcome"], line["codes"], line["subject"], line["role"]) == (
        "refused",
        ["PERSISTED_QUERY_NOT_FOUND"],
        ADA,
        "LEARNER",
    )


async def test_each_operation_of_a_socket_has_a_line(logs: LogStream) -> None:
    async with serve_gateway(KEYED, access=TOKEN_ACCESS, schema=SCHEMA) as gateway, gateway.socket() as socket:
        await initialize(socket, **bearer(world.learner()))
        await subscribe(socket, "a", NAME)
        assert (await receive_message(socket))["type"] == "next"
        assert (await receive_message(socket))["type"] == "complete"
        await subscribe(socket, "b", "", extensions={"persistedQuery": {"version": 1, "sha256Hash": "a" * 64}})
        assert (await receive_message(socket))["type"] == "error"
    ended, refused = logs.records(OPERATIONS)
    assert (ended["message"], ended["level"], ended["request_id"]) == ("operation", "INFO", "request-1")
    assert (ended["transport"], ended["type"], ended["subject"], ended["store_calls"]) == ("websocket", "query", ADA, 1)
    assert ended["ms"] > 0
    assert (refused["outcome"], refused["codes"]) == ("refused", ["PERSISTED_QUERY_NOT_FOUND"])


async def test_a_subscription_over_events_is_in_the_line_of_its_request(logs: LogStream) -> None:
    async with serve_gateway(KEYED) as gateway:
        await asked(gateway, json={"query": "subscription { count(to: 2) { number } }"}, headers=EVENTS)
    [line] = [line for line in logs.records(REQUESTS) if line["message"] == "request"]
    assert (line["type"], line["outcome"]) == ("subscription", "ok")


def test_events_are_logged_at_debug_level() -> None:
    entry = AccessEntry(request_id="request-1", transport="sse")
    end = OperationEnd(
        kind="event", codes=["CURSOR_EXPIRED"], has_data=False, cost=2, batches=[], limits=[], ms=0.5, document=None
    )
    report = OperationReport(name="Watch", viewer=world.learner(), end=end, entry=entry)
    observer = OperationLog(Pseudonyms(KEY.encode()), slow=timedelta(seconds=1))
    for level, lines in ((logging.DEBUG, 1), (logging.INFO, 0)):
        with captured_logs(level) as logs:
            observer.operation(report)
        assert [(line["level"], line["type"], line["transport"]) for line in logs.records()] == [
            ("DEBUG", "event", "sse")
        ] * lines
    assert entry.fields == {}


async def test_an_operation_that_outlives_its_request_has_a_line_of_its_own(logs: LogStream) -> None:
    """A mutation whose client disconnects is completed."""
    entry = AccessEntry(request_id="request-1", is_open=False)
    end = OperationEnd(kind="mutation", codes=[], has_data=True, cost=2, batches=[], limits=[], ms=0.5, document=None)
    report = OperationReport(name="Watch", viewer=world.learner(), end=end, entry=entry)
    OperationLog(Pseudonyms(KEY.encode()), slow=timedelta(seconds=1)).operation(report)
    assert [(line["request_id"], line["type"]) for line in logs.records()] == [("request-1", "mutation")]


async def test_a_slow_operation_is_logged_with_its_store_calls(logs: LogStream) -> None:
    slow = {**KEYED, "GATEWAY_SLOW_OPERATION": "0.001"}
    query = f'{{ enrollments(course: "{world.ALGEBRA}", first: 50) {{ edges {{ node {{ learner {{ locale }} }} }} }} }}'
    async with app_client(slow) as client:
        await client.post("/graphql", json={"query": query})
    [line] = logs.records(OPERATIONS)
    assert (line["level"], line["message"], line["request_id"]) == ("WARNING", "slow operation", "request-1")
    assert {(batch["store"], batch["call"]) for batch in line["batches"]} >= {("profiles", "by_ids")}
    assert all(batch["ms"] >= 0 and batch["keys"] >= 1 for batch in line["batches"])
    [request] = logs.records(REQUESTS)
    assert "batches" not in request


def test_the_slowest_store_calls_are_shown_in_the_order_in_which_they_began() -> None:
    batches = [Batch("profiles", "by_ids", 1, float(start), float((start * 7) % 40)) for start in range(40)]
    shown = shown_batches(batches)
    assert len(shown) == MOST_BATCHES
    assert min(batch["ms"] for batch in shown) == 40 - MOST_BATCHES
    starts = [batch["start_ms"] for batch in shown]
    assert starts == sorted(starts)


async def test_an_operation_that_is_not_slow_has_one_line(logs: LogStream) -> None:
    async with app_client(KEYED) as client:
        await client.post("/graphql", json={"query": NAME})
    assert len(logs.records(REQUESTS) + logs.records(OPERATIONS)) == 1


def test_pseudonyms_depend_on_the_key_else_on_the_secret_else_on_the_process() -> None:
    assert Pseudonyms.derived(key=KEY, secret=SECRET).of(world.ADA) == ADA
    from_secret = Pseudonyms.derived(key=None, secret=SECRET)
    assert from_secret.of(world.ADA) == Pseudonyms.derived(key=None, secret=SECRET).of(world.ADA)
    # The key is not the secret itself: a pseudonym must not be the beginning of a signature.
    assert from_secret.of(world.ADA) != hmac.digest(SECRET.encode(), world.ADA.encode(), "sha256").hex()[:CHARACTERS]
    random = [Pseudonyms.derived(key=None, secret=None).of(world.ADA) for _ in range(2)]
    assert len({ADA, from_secret.of(world.ADA), *random}) == 4
    assert {len(each) for each in random} == {CHARACTERS}
