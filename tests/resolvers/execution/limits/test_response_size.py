"""The size of a response: values beyond the limit are null, each with an error."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from resolvers.context import free
from resolvers.limits import Limits
from resolvers.types.node import opaque_id
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA

LEARNER = opaque_id("Learner", world.ADA)
WRITE = "mutation ($input: UpdateLearnerInput!) { updateLearner(input: $input) { errors { code } } }"
READ = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Learner { a: attributes b: attributes goals } } }"


async def answer(limits: Limits, charge: Callable[[float], None] = free) -> Any:
    """The answer to a query that selects a document of 1,000 characters ten times."""
    peer = world.peer_of(await world.open_school(), world.learner(), trace=False)
    write = {"id": LEARNER, "attributes": {"note": "x" * 977}, "goals": ["to read"]}
    written = await SCHEMA.execute(WRITE, variable_values={"input": write}, context_value=peer)
    assert written.data == {"updateLearner": {"errors": []}}
    peer = replace(peer, limits=limits, charge=charge)
    return await SCHEMA.execute(READ, variable_values={"ids": [LEARNER] * 5}, context_value=peer)


async def test_values_beyond_the_limit_are_null_and_have_an_error() -> None:
    result = await answer(Limits(response=4_100))
    documents = [node[name] for node in result.data["nodes"] for name in ("a", "b")]
    assert 0 < sum(each is not None for each in documents) <= 4
    nulls = sum(each is None for node in result.data["nodes"] for each in node.values())
    assert nulls == len(result.errors)
    assert {error.extensions["code"] for error in result.errors} == {"TOO_COMPLEX"}
    assert {error.extensions["limit"] for error in result.errors} == {"response"}


async def test_a_response_within_the_limit_is_whole() -> None:
    result = await answer(Limits(response=10 * 1_016 + 5 * 23))
    assert result.errors is None


async def test_long_values_are_charged() -> None:
    charged: list[float] = []
    await answer(Limits(), charged.append)
    assert charged[1:] == [1] * 10  # beyond the estimate, which comes first


async def test_measuring_writes_one_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "quadrangle.limits"):
        result = await answer(Limits(response=100, mode="measure"))
    assert result.errors is None
    assert [each.message for each in caplog.records] == ["beyond a limit: response, at most 100, found None"]


COURSES = """query ($course: String!) { course(key: $course) { enrollments(first: 60) { edges { node {
    course { title description } } } } } }"""


@pytest.mark.parametrize("most", [1_000, 10_000])
async def test_a_record_counts_wherever_it_stands(most: int) -> None:
    peer = replace(world.peer_of(await world.open_school(), world.admin(), trace=False), limits=Limits(response=most))
    result = await SCHEMA.execute(COURSES, variable_values={"course": world.ALGEBRA}, context_value=peer)
    assert result.data is not None
    found = [edge["node"]["course"] for edge in result.data["course"]["enrollments"]["edges"]]
    texts = [text for each in found if each is not None for text in each.values() if text is not None]
    assert 0 < sum(len(text) + 16 for text in texts) <= most
    assert (result.errors is None) is (most == 10_000)
    assert {each.extensions["limit"] for each in result.errors or () if each.extensions} <= {"response"}
