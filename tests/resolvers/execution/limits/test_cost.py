"""The estimated cost of operations, and what it is in their answers."""

from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, get_nullable_type, is_list_type, is_object_type

from resolvers.execution.limits.cost_rules import COST_RULES
from resolvers.limits import Limits
from resolvers.strawberry_internals import core_schema
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA

RECORD = "mutation($input: RecordInteractionsInput!) { recordInteractions(input: $input) { %s } }"
REGISTRATIONS = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(3)]
EVENTS = [
    {
        "id": f"10000000-0000-4000-8000-00000000000{n}",
        "registration": REGISTRATIONS[n % 3],
        "verb": "VIEWED",
        "at": "2026-03-01T00:00:00Z",
    }
    for n in range(6)
]


async def estimate(query: str, **variables: Any) -> float:
    """The estimated cost of a query: no more than this is charged, once."""
    charged: list[float] = []
    peer = replace(world.peer_of(await world.open_school(), world.admin()), charge=charged.append)
    result = await SCHEMA.execute(query, variable_values=variables, context_value=replace(peer, trace_cost=True))
    assert result.extensions is not None
    assert charged == [result.extensions["cost"]["estimated"]]
    return charged[0]


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ __typename }", 0),
        ("{ __schema { types { name } } }", 0),
        ("{ me { id } }", 2),  # a field of an object type, and the object
        ("{ me { displayName } }", 3),
        ("{ me { a: id b: id ...on Learner { c: __typename } } }", 2.3),  # aliases of scalars
        ("{ me { displayName @skip(if: true) } }", 2),
        ('{ learner(learnerId: "x") { id } }', 2),
        ("{ courses(first: 7) { edges { cursor } } }", 2 + 1 + 7),
        ("{ courses { edges { cursor } } }", 2 + 1 + 20),
        ("{ courses(first: null) { edges { cursor } } }", 2 + 1 + 20),
        ("{ a: courses(first: -1000) { edges { cursor } } b: courses(first: 7) { edges { cursor } } }", 3 + 3 + 7),
        ("{ courses(first: 7) { edges { node { title } } } }", 2 + 1 + 7 * (1 + 2 + 1)),
        (
            "{ courses(first: 7) { ...C } } fragment C on CourseConnection { edges { cursor } pageInfo { endCursor } }",
            12,
        ),
        (
            "{ a: courses(first: 7) { ...C } b: courses(first: 3) { ...C } } "
            "fragment C on CourseConnection { edges { cursor } }",
            16,
        ),
        ('{ nodes(ids: ["a", "b"]) { id ... on Learner { displayName } } }', 1 + 2 * 2),
        ("{ storeHealth { store } }", 10 + 10),
    ],
)
async def test_each_field_costs_its_weight_and_each_object_one(query: str, cost: float) -> None:
    assert await estimate(query) == cost


async def test_variables_are_read_after_they_are_coerced() -> None:
    query = "query($n: Int = 4, $with: Boolean = true) { courses(first: $n) @include(if: $with) { edges { cursor } } }"
    assert await estimate(query) == 3 + 4
    assert await estimate(query, n=9) == 3 + 9
    assert await estimate(query, n=None) == 3 + 20
    assert await estimate(query, **{"with": False}) == 0


@pytest.mark.parametrize(
    ("window", "end", "windows"),
    [
        ("DAY", "2026-03-08", 7 + 2),
        ("WEEK", "2026-03-08", 1 + 2),
        ("HOUR", "2026-03-02", 24 + 2),
        ("HOUR", "2027-03-01", 1000),
        ("DAY", "2026-02-01", 0),
    ],
)
async def test_the_windows_of_a_range_are_counted(window: str, end: str, windows: int) -> None:
    course, start, end = f'course(key: "{world.ALGEBRA}")', "2026-03-01T00:00:00Z", f"{end}T00:00:00Z"
    literal = f'window: {window}, range: {{from: "{start}", to: "{end}"}}'
    assert await estimate(f"{{ {course} {{ activity({literal}) {{ events }} }} }}") == 2 + 5 + windows
    variables = "query($window: Window!, $range: TimeRange!)"
    query = f"{variables} {{ {course} {{ activity(window: $window, range: $range) {{ events }} }} }}"
    assert await estimate(query, window=window, range={"from": start, "to": end}) == 2 + 5 + windows


async def test_a_write_is_weighed_by_the_lists_in_its_input() -> None:
    assert await estimate(RECORD % "__typename", input={"events": EVENTS}) == 10 + 6 + 1
    assert await estimate(RECORD % "results { id }", input={"events": EVENTS}) == 10 + 6 + 1 + 1 + 6
    # Six events of three enrolments.
    enrollments = await estimate(RECORD % "enrollments { id }", input={"events": EVENTS})
    assert enrollments == pytest.approx(10 + 6 + 1 + 1 + 3)


async def test_literals_cost_what_variables_do() -> None:
    events = " ".join(
        f'{{id: "{each["id"]}", registration: "{each["registration"]}", verb: VIEWED, at: "{each["at"]}"}}'
        for each in EVENTS
    )
    query = (
        f"mutation {{ recordInteractions(input: {{events: [{events}]}}) {{ results {{ id }} enrollments {{ id }} }} }}"
    )
    assert await estimate(query) == pytest.approx(10 + 6 + 1 + (1 + 6) + (1 + 3))


async def test_an_operation_beyond_the_budget_is_not_charged() -> None:
    charged: list[float] = []
    peer = replace(
        world.peer_of(await world.open_school(), world.admin()), charge=charged.append, limits=Limits(cost=9)
    )
    for query in (
        "{ courses { edges { cursor } } }",
        'subscription { presenceChanged(course: "x") { learner { id goals skills version email locale timeZone } } }',
    ):
        result = await SCHEMA.execute(query, context_value=peer)
        assert [(error.extensions or {}).get("limit") for error in result.errors or ()] == ["cost"], query
    assert charged == []


async def test_a_measured_operation_is_charged_the_budget_at_most() -> None:
    charged: list[float] = []
    limits = Limits(cost=9, mode="measure")
    peer = replace(world.peer_of(await world.open_school(), world.admin()), charge=charged.append, limits=limits)
    assert (await SCHEMA.execute("{ courses { edges { cursor } } }", context_value=peer)).errors is None
    assert charged == [9]


async def test_the_trace_has_the_cost_of_the_answer() -> None:
    peer = replace(world.peer_of(await world.open_school(), world.admin(), trace=False), trace_cost=True)
    query = (
        "{ courses { edges { node { title } } } a: me { ...F ...F } } fragment F on Learner { learnerId displayName }"
    )
    result = await SCHEMA.execute(query, context_value=peer)
    assert result.errors is None
    assert result.data is not None
    courses = len(result.data["courses"]["edges"])
    assert result.extensions == {
        # The fragment is estimated for each spread, and answered once.
        "cost": {"estimated": 3 + 20 * 4 + 2 + 2, "actual": 3 + courses * 4 + 2 + 1}
    }


def test_lists_of_objects_have_a_size() -> None:
    """Only lists of errors may have none: they are empty, or the write failed."""
    rules = core_schema(SCHEMA).extensions[COST_RULES]
    sized = {field for kind in rules.values() for rule in kind.values() for size in rule.sizes for field in size.fields}
    bare = [
        f"{name}.{field_name}"
        for name, kind in core_schema(SCHEMA).type_map.items()
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
        for field_name, field in kind.fields.items()
        if is_list_type(get_nullable_type(field.type)) and is_object_type(get_named_type(field.type))
        if not rules[name][field_name].sizes and field_name not in sized
    ]
    assert {each.partition(".")[2] for each in bare} == {"errors"}


async def test_fields_beyond_the_store_calls_are_null_and_the_others_answered() -> None:
    peer = replace(world.peer_of(await world.open_school(), world.admin()), limits=Limits(store_calls=2))
    course = f'course(key: "{world.ALGEBRA}")'
    pages = " ".join(f"p{n}: enrollments(first: {n}) {{ edges {{ cursor }} }}" for n in range(1, 5))
    result = await SCHEMA.execute(f"{{ {course} {{ {pages} }} }}", context_value=peer)
    assert result.data is not None
    assert [page is None for page in result.data["course"].values()] == [False, True, True, True]
    assert [(error.path, (error.extensions or {})["code"]) for error in result.errors or ()] == [
        (["course", f"p{n}"], "TOO_MANY_STORE_CALLS") for n in (2, 3, 4)
    ]


async def test_writes_beyond_the_store_calls_have_an_error_in_their_payloads() -> None:
    """The payloads of the writes before them must reach the client."""
    peer = replace(world.peer_of(await world.open_school(), world.admin()), limits=Limits(store_calls=2))
    given = '{learnerId: "new-%d", displayName: "Nia", locale: "cy-GB", timeZone: "Europe/London"}'
    writes = " ".join(f"w{n}: createLearner(input: {given % n}) {{ errors {{ code }} }}" for n in range(3))
    result = await SCHEMA.execute(f"mutation {{ {writes} }}", context_value=peer)
    refused = {"errors": [{"code": "TOO_MANY_STORE_CALLS"}]}
    assert (result.errors, result.data) == (None, {"w0": {"errors": []}, "w1": {"errors": []}, "w2": refused})
