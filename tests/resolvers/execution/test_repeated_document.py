"""Operations of repeated documents give the same results as in Strawberry's life cycle."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

import pytest
import strawberry
from strawberry.types.graphql import OperationType

from resolvers.context import Peer
from resolvers.execution.operation import mask
from resolvers.execution.repeated_document import repeated_document
from resolvers.limits import Limits
from resolvers.schema import Graph
from resolvers.viewer import UNAUTHENTICATED, Viewer
from stores.errors import Unavailable
from tests.resolvers import world
from tests.resolvers.federation.traced import TRACED
from tests.resolvers.queries import SCHEMA, BrokenStore
from tests.resolvers.test_golden import QUERIES, viewer_named

GRAPH = cast(Graph, SCHEMA)
ADMIN_ONLY = Limits(introspection="admin")
END = 'mutation { endSession(input: {sessionId: "s"}) { errors { code } } }'
SEVERAL = "query a { __typename } query b { me { id } }"
TITLE = "query ($c: String!) { course(key: $c) { title } }"


REQUIRED = ("stores", "health", "topics", "deadlines", "now")


def outage() -> Exception:
    return Unavailable("catalog", "mongodb://root:hunter2@db refused")


def unexpected(cost: float) -> None:
    raise RuntimeError("hunter2")


@dataclass(frozen=True, kw_only=True)
class Case:
    query: str | None
    short: bool = True
    viewer: Viewer = field(default_factory=world.admin)
    variables: Mapping[str, Any] | None = None
    name: str | None = None
    peer: Mapping[str, Any] = field(default_factory=dict)
    down: str | None = None
    allowed: frozenset[OperationType] | None = None
    graph: Graph = GRAPH


CASES = {
    "a small query": Case(query="{ __typename }"),
    "variables": Case(query=TITLE, variables={"c": world.ALGEBRA}),
    "a variable is missing": Case(query=TITLE, variables={}),
    "a variable does not fit": Case(query=TITLE, variables={"c": 7}),
    "a store is down": Case(query=TITLE, variables={"c": world.ALGEBRA}, down="catalog"),
    "a learner may not see it": Case(query='{ learner(learnerId: "x") { email } }', viewer=world.learner()),
    "no token": Case(query="{ me { id } }", viewer=UNAUTHENTICATED),
    "public without a token": Case(query="{ storeHealth { store state } }", viewer=UNAUTHENTICATED),
    "the cost is too high": Case(query="{ courses(first: 9) { edges { cursor } } }", peer={"limits": Limits(cost=3)}),
    "the answer is too large": Case(query="{ me { id } }", peer={"limits": Limits(response=3)}),
    "too many store calls": Case(query="{ me { id } }", peer={"limits": Limits(store_calls=0)}),
    "introspection": Case(query="{ __schema { queryType { name } } }", peer={"limits": ADMIN_ONLY}),
    "a time limit": Case(query="{ me { id } }", peer={"timeout": timedelta(seconds=9)}),
    "an unexpected error": Case(query="{ me { id } }", peer={"charge": unexpected}),
    "one operation of several": Case(query=SEVERAL, name="b"),
    "an operation without its name": Case(query=SEVERAL, short=False),
    "an unknown operation": Case(query=SEVERAL, name="c", short=False),
    "an unknown operation, alone": Case(query="query a { __typename }", name="c", short=False),
    "queries are not allowed": Case(query="{ me { id } }", allowed=frozenset({OperationType.MUTATION}), short=False),
    "no text": Case(query=None, short=False),
    "a syntax error": Case(query="{ me", short=False),
    "an invalid document": Case(query="{ nothing }", short=False),
    "a limit is exceeded": Case(query="{ a: me { id } }", peer={"limits": Limits(aliases=0)}, short=False),
    "a limit is measured": Case(
        query="{ a: me { id } }", peer={"limits": Limits(aliases=0, mode="measure")}, short=False
    ),
    "a mutation": Case(query=END),
    "a mutation is not allowed": Case(query=END, allowed=frozenset({OperationType.QUERY}), short=False),
    "a mutation beyond its time": Case(query=END, peer={"timeout": timedelta(seconds=9)}),
    "a subscription": Case(query="subscription { courseActivity { __typename } }", short=False),
    "fields are traced": Case(
        query="{ me { id } }", peer={"traces_fields": True}, short=False, graph=cast(Graph, TRACED)
    ),
    "fields could be traced": Case(query="{ me { id } }", graph=cast(Graph, TRACED)),
} | {
    f"golden {path.stem}": Case(query=path.read_text(), viewer=viewer_named(path.read_text()))
    for path in QUERIES
    if path.stem != "entities"
}


async def outcome(case: Case, charged: list[float], execute: Callable[..., Any]) -> Any:
    """The whole result, without times and random ids, or the error that was raised."""
    stores = await world.open_school()
    if case.down is not None:
        stores = replace(stores, **{case.down: BrokenStore(outage)})
    traced = {"trace": True, "trace_cost": True, "charge": charged.append}
    peer: Peer = replace(world.peer_of(stores, case.viewer), **{**traced, **case.peer})
    try:
        result = await execute(
            case.query,
            variable_values=case.variables,
            context_value=peer,
            operation_name=case.name,
            **({} if case.allowed is None else {"allowed_operation_types": case.allowed}),
        )
    except Exception as error:
        return type(error), str(error)
    for batch in (result.extensions or {}).get("stores", {}).get("batches", ()):
        del batch["ms"], batch["startMs"]
    errors = [error.formatted for error in result.errors or ()]
    for each in errors:
        if "id" in each["extensions"]:
            each["message"] = each["extensions"]["id"] = "random"
    extensions = {**(result.extensions or {}), "ftv1": "times"}
    return type(result), result.data, errors, extensions, charged


async def strawberrys(case: Case) -> Any:
    async def execute(*args: Any, **kwargs: Any) -> Any:
        result = await strawberry.Schema.execute(case.graph, *args, **kwargs)
        mask(result)  # as `Graph` does
        return result

    return await outcome(case, [], execute)


def takes_the_short_way(case: Case) -> bool:
    given: dict[str, Any] = {**dict.fromkeys(REQUIRED), "viewer": case.viewer, **case.peer}
    peer = Peer(**given)
    return repeated_document(case.graph.documents, case.query, case.name, peer, case.allowed) is not None


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_the_short_way_gives_the_same_result(case: Case) -> None:
    await strawberrys(replace(case, viewer=world.admin()))  # now the document is known
    reference = await strawberrys(case)
    assert takes_the_short_way(case) is case.short
    assert await outcome(case, [], case.graph.execute) == reference


async def test_a_document_takes_the_short_way_from_its_second_use_on() -> None:
    case = Case(query="{ me { id } } # new")
    assert not takes_the_short_way(case)
    await outcome(case, [], case.graph.execute)
    assert takes_the_short_way(case)
    assert not takes_the_short_way(replace(case, peer={"limits": Limits(fields=2)}))


async def test_an_unexpected_error_is_masked() -> None:
    for _ in range(2):
        result = await outcome(CASES["an unexpected error"], [], GRAPH.execute)
        assert [error["extensions"]["code"] for error in result[2]] == ["INTERNAL"]
        assert "hunter2" not in str(result)
