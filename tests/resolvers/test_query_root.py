"""The root fields of queries: nodes, and input that is refused."""

import json

import pytest
from strawberry.relay import to_base64

from tests.resolvers import world
from tests.resolvers.queries import SCHEMA, ask


async def test_each_null_of_nodes_has_its_own_error() -> None:
    ids = [to_base64(*one) for one in (("Learner", "none"), ("Course", world.ALGEBRA), ("Course", "none"), ("X", "y"))]
    for viewer, missing in ((world.admin(), "NOT_FOUND"), (world.learner(world.BEN), "FORBIDDEN")):
        peer = world.peer_of(await world.open_school(), viewer, trace=False)
        query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename } }"
        result = await SCHEMA.execute(query, variable_values={"ids": ids}, context_value=peer)
        assert result.data == {"nodes": [None, {"__typename": "Course"}, None, None]}
        found = {tuple(error.path or ()): (error.extensions or {})["code"] for error in result.errors or []}
        unknown = {("nodes", 0): missing, ("nodes", 2): missing, ("nodes", 3): "BAD_USER_INPUT"}
        assert found == unknown


@pytest.mark.parametrize(
    "field",
    [
        'learner(id: "Q291cnNlOng=") { id }',
        'learner(id: "%%%") { id }',
        'node(id: "TGVhcm5lcjo=") { id }',
        'node(id: "RW5yb2xsbWVudDp4") { id }',
        'learners(filter: {ids: ["TGVhcm5lcjo="]}) { edges { cursor } }',
        'courses(after: "AAAA") { edges { cursor } }',
        'courses(after: "\\u00e9") { edges { cursor } }',
        "courses(first: 0) { edges { cursor } }",
        'enrollments(course: "c", filter: {completionBelow: 1.01}) { totalCount }',
        'enrollments(course: "c", filter: {completionAtLeast: -0.1}) { totalCount }',
        f'enrollments(course: "c", filter: {{learnerIds: {json.dumps(["x"] * 101)}}}) {{ totalCount }}',
        'course(key: "course-v1:Quad+Algebra+2026") { activity(window: HOUR, range: {from: "2001-01-01T00:00:00Z", '
        'to: "2026-01-01T00:00:00Z"}) { events } }',
        'course(key: "course-v1:Quad+Algebra+2026") { activity(window: DAY, range: {from: "2026-01-02T00:00:00Z", '
        'to: "2026-01-03T00:00:00Z"}, timeZone: "Mars/Olympus") { events } }',
        'course(key: "course-v1:Quad+Algebra+2026") { activity(window: DAY, range: {from: "2026-01-02T00:00:00Z", '
        'to: "2026-01-03T00:00:00Z"}, timeZone: "") { events } }',
        'course(key: "course-v1:Quad+Algebra+2026") { activity(window: DAY, range: {from: "2026-01-02T00:00:00Z", '
        'to: "2026-01-03T00:00:00Z"}, timeZone: "localtime") { events } }',
        'course(key: "course-v1:Quad+Algebra+2026") { activity(window: DAY, range: {from: "2026-01-04T00:00:00Z", '
        'to: "2026-01-03T00:00:00Z"}) { events } }',
        'course(key: "course-v1:Quad+Algebra+2026") { activity(window: DAY, range: {from: "0001-01-01T00:00:00Z", '
        'to: "9999-12-31T23:59:59Z"}) { events } }',
    ],
)
async def test_bad_input_is_a_typed_error_on_its_own_field(field: str) -> None:
    result = await ask(f"{{ {field} storeHealth {{ state }} }}")
    assert [error.extensions["code"] for error in result.errors] == ["BAD_USER_INPUT"]
    assert len(result.data["storeHealth"]) == len(world.PORTS)
