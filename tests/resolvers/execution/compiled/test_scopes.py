"""Rows whose scopes differ, and whose arguments are the same nevertheless, are read in one set."""

from dataclasses import replace

import pytest

from resolvers.viewer import Role, Viewer
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA

EACH_LEARNER = """query ($course: String!) { course(key: $course) { enrollments(first: 5) { edges { node {
    learnerId learner { enrollment(course: $course) { learnerId } } } } } } }"""


@pytest.mark.parametrize("subject", ["learner-001", "learner-002", "learner-004"])
async def test_an_instructor_who_takes_the_course_finds_the_enrolment_of_each_learner(subject: str) -> None:
    viewer = Viewer(subject=subject, role=Role.INSTRUCTOR, courses=frozenset({world.ALGEBRA}))
    peer = replace(world.peer_of(await world.open_school(), viewer), executor="compiled", compile_after=0)
    result = await SCHEMA.execute(EACH_LEARNER, variable_values={"course": world.ALGEBRA}, context_value=peer)
    assert result.errors is None
    assert result.data is not None
    nodes = [edge["node"] for edge in result.data["course"]["enrollments"]["edges"]]
    assert len(nodes) == 5
    assert [node["learner"]["enrollment"]["learnerId"] for node in nodes] == [node["learnerId"] for node in nodes]
