"""LearnerFilter and CourseFilter: what they select, and what they refuse."""

from typing import Any

import pytest
from strawberry.relay import to_base64

from tests.resolvers import world
from tests.resolvers.queries import SCHEMA

ADA, BEN = world.ADA, world.BEN
ADA_ID, BEN_ID = (to_base64("Learner", key) for key in (ADA, BEN))


async def select(query: str, kind: str, given: Any) -> Any:
    peer = world.peer_of(await world.open_school(), world.admin(), trace=False)
    return await SCHEMA.execute(
        f"query($filter: {kind}) {{ found: {query} }}", variable_values={"filter": given}, context_value=peer
    )


async def learners(given: Any) -> Any:
    return await select("learners(filter: $filter) { edges { node { learnerId } } }", "LearnerFilter", given)


async def courses(given: Any) -> Any:
    return await select("courses(filter: $filter) { edges { node { key } } }", "CourseFilter", given)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"learnerIds": [BEN, ADA, "nobody"]}, [ADA, BEN]),
        ({"learnerIds": [ADA.upper()]}, []),
        ({"learnerIds": []}, []),
        ({"learnerIds": [ADA, BEN], "ids": [BEN_ID]}, [BEN]),
        ({"learnerIds": [ADA], "ids": [BEN_ID]}, []),
        ({"learnerIds": None, "ids": [ADA_ID]}, [ADA]),
        ({"nameStartsWith": "áD"}, [ADA]),
        ({"nameStartsWith": "b", "learnerIds": [ADA, BEN]}, [BEN]),
    ],
)
async def test_selects_learners(given: dict[str, Any], expected: list[str]) -> None:
    result = await learners(given)
    assert result.errors is None
    assert [edge["node"]["learnerId"] for edge in result.data["found"]["edges"]] == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"keys": [world.BOTANY, "none"]}, [world.BOTANY]),
        ({"keys": [world.BOTANY.lower()]}, []),
        ({"titleContains": "GÉBR"}, [world.ALGEBRA]),
        ({"titleContains": "gebr", "keys": [world.BOTANY]}, []),
        ({"titleContains": ""}, [world.ALGEBRA, world.BOTANY]),
        ({}, [world.ALGEBRA, world.BOTANY]),
        (None, [world.ALGEBRA, world.BOTANY]),
    ],
)
async def test_selects_courses(given: dict[str, Any] | None, expected: list[str]) -> None:
    result = await courses(given)
    assert result.errors is None
    assert [edge["node"]["key"] for edge in result.data["found"]["edges"]] == expected


@pytest.mark.parametrize(
    "result",
    [
        (learners, {"learnerIds": ["x"] * 101}),
        (learners, {"ids": [ADA_ID] * 101}),
        (learners, {"nameStartsWith": "a" * 1001}),
        (courses, {"keys": ["x"] * 101}),
        (courses, {"titleContains": "a" * 1001}),
    ],
    ids=lambda case: f"{case[0].__name__}-{next(iter(case[1]))}",
)
async def test_refuses_long_filters(result: Any) -> None:
    ask, given = result
    (error,) = (await ask(given)).errors
    assert error.extensions["code"] == "BAD_USER_INPUT"
    assert "at most 100" in error.message or "1,000" in error.message
