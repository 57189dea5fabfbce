"""`_entities`: batched, with the permissions of the other fields, and an error for each malformed representation."""

from copy import deepcopy
from typing import Any

import pytest
from strawberry.relay import to_base64

from resolvers.federation.subgraph import MOST_REPRESENTATIONS
from resolvers.limits import Limits
from resolvers.viewer import UNAUTHENTICATED
from tests.resolvers import world
from tests.resolvers.federation.subgraph import SUBGRAPH, codes, course, enrollment, entities, learner, router

CROWD = [learner(f"learner-{number:03d}") for number in range(1, 50)] + [enrollment(number) for number in range(50)]


async def test_a_hundred_representations_cost_one_call_per_store() -> None:
    result = await entities([*CROWD, course(world.ALGEBRA)], world.admin())
    assert result.errors is None
    assert len(result.data["_entities"]) == 100
    assert result.data["_entities"][-1] == {"__typename": "Course", "key": world.ALGEBRA, "title": "Algebra"}
    calls = [(each["store"], each["call"], each["keys"]) for each in result.extensions["stores"]["batches"]]
    assert sorted(calls) == [("catalog", "latest", 1), ("profiles", "by_ids", 49), ("progress", "by_registrations", 50)]


async def test_a_learner_has_two_keys() -> None:
    by_id = {"__typename": "Learner", "id": to_base64("Learner", world.ADA)}
    result = await entities([learner(world.ADA), by_id, {**by_id, **learner(world.ADA)}], world.learner())
    assert result.errors is None
    assert result.data["_entities"] == [{"__typename": "Learner", "learnerId": world.ADA, "displayName": "Ada"}] * 3


@pytest.mark.parametrize(
    ("viewer", "hidden"),
    [
        (world.admin(), {}),
        (world.learner(world.BEN), {0: "FORBIDDEN", 2: "FORBIDDEN"}),
        (world.instructor(world.ALGEBRA), {3: "FORBIDDEN"}),
        (router("schema:read", "events:write"), {0: "FORBIDDEN", 2: "FORBIDDEN", 3: "FORBIDDEN"}),
    ],
    ids=["admin", "learner", "instructor", "service"],
)
async def test_the_viewer_gets_what_other_fields_show(viewer: Any, hidden: dict[int, str]) -> None:
    given = [learner(world.ADA), course(world.BOTANY), enrollment(0), enrollment(1, world.BOTANY)]
    result = await entities(given, viewer)
    assert codes(result) == {("_entities", place): code for place, code in hidden.items()}
    assert [place for place, found in enumerate(result.data["_entities"]) if found is None] == list(hidden)


@pytest.mark.parametrize(("viewer", "code"), [(world.admin(), "NOT_FOUND"), (world.learner(), "FORBIDDEN")])
async def test_an_unknown_entity_is_null_with_an_error(viewer: Any, code: str) -> None:
    result = await entities([learner("none"), course("none"), enrollment(4711), course(world.ALGEBRA)], viewer)
    assert codes(result) == {("_entities", place): code for place in range(3)}
    assert result.data["_entities"][3]["title"] == "Algebra"


MALFORMED: list[Any] = [
    None,
    3,
    "Learner",
    [],
    {},
    {"__typename": "Learner"},
    {"__typename": "Learner", "learnerId": None},
    {"__typename": "Learner", "learnerId": {"deep": []}},
    {"__typename": "Learner", "id": "nonsense"},
    {"__typename": "Course", "key": 3.5},
    {"__typename": "Enrollment", "registration": "x"},
    {"__typename": "Enrollment", "registration": ["x"]},
    {"__typename": "CourseItem", "key": "page"},
    {"__typename": "Nothing"},
    {"__typename": ["Learner"], "learnerId": world.ADA},
]


async def test_each_malformed_representation_has_its_own_error() -> None:
    given = [*MALFORMED[1:], learner(world.ADA)]
    result = await entities(given, world.admin())
    assert codes(result) == {("_entities", place): "BAD_USER_INPUT" for place in range(len(given) - 1)}
    assert result.data["_entities"][-1]["displayName"] == "Ada"


async def test_representations_are_left_as_they_came() -> None:
    given = [learner(world.ADA), enrollment(0), *MALFORMED[1:]]
    before = deepcopy(given)
    await entities(given, world.admin())
    assert given == before


async def test_representations_may_stand_in_the_document() -> None:
    query = f'{{ _entities(representations: [{{ __typename: "Course", key: "{world.ALGEBRA}" }}]) {{ __typename }} }}'
    peer = world.peer_of(await world.open_school(), world.learner())
    result = await SUBGRAPH.execute(query, context_value=peer)
    assert result.data == {"_entities": [{"__typename": "Course"}]}


async def test_the_number_of_representations_is_limited() -> None:
    most = [course(world.ALGEBRA)] * MOST_REPRESENTATIONS
    assert (await entities(most, world.learner())).errors is None
    result = await entities([*most, course(world.ALGEBRA)], world.learner())
    assert codes(result) == {("_entities",): "BAD_USER_INPUT"}
    assert result.data is None


async def test_each_representation_costs() -> None:
    result = await entities(CROWD, world.admin(), limits=Limits(cost=len(CROWD)))
    assert [error.extensions["code"] for error in result.errors] == ["TOO_COMPLEX"]
    assert result.errors[0].extensions["limit"] == "cost"
    result = await entities(CROWD[:1], world.admin(), limits=Limits(cost=len(CROWD)))
    assert result.errors is None


async def test_their_store_calls_are_limited() -> None:
    result = await entities(CROWD, world.admin(), limits=Limits(store_calls=1))
    assert set(codes(result).values()) == {"TOO_MANY_STORE_CALLS"}
    assert [found is None for found in result.data["_entities"]] == [True] * 49 + [
        False
    ] * 50  # the second of two calls


async def test_a_token_is_required() -> None:
    result = await entities([course(world.ALGEBRA)], UNAUTHENTICATED)
    assert [error.extensions["code"] for error in result.errors] == ["UNAUTHENTICATED"]


async def test_a_store_that_is_down_costs_its_own_fields() -> None:
    result = await entities([learner(world.ADA), course(world.ALGEBRA)], world.admin(), down="profiles")
    assert codes(result) == {("_entities", 0, "displayName"): "STORE_UNAVAILABLE"}
    assert result.data["_entities"][0]["learnerId"] == world.ADA
    assert result.data["_entities"][1]["title"] == "Algebra"
