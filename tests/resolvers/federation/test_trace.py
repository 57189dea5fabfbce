"""The trace of an operation: a node for each field, times, errors as the client sees them, and the same store calls."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from stores.errors import Unavailable
from tests.resolvers import world
from tests.resolvers.federation.subgraph import ENTITIES, SUBGRAPH, course, enrollment, learner
from tests.resolvers.federation.traced import TRACED, trace
from tests.resolvers.queries import BrokenStore

QUERY = f"""{{ learner(learnerId: "{world.ADA}") {{ name: displayName enrollments(first: 2) {{ edges {{ node {{
  state course {{ title }} }} }} }} }} __typename }}"""


async def traced(query: str, given: dict[str, Any] | None = None, **stores: Any) -> Any:
    peer = world.peer_of(replace(await world.open_school(), **stores), world.admin())
    return await TRACED.execute(query, variable_values=given, context_value=replace(peer, traces_fields=True))


def trace_of(result: Any) -> Any:
    return trace.Trace.FromString(base64.b64decode(result.extensions["ftv1"], validate=True))


def nodes_below(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    for child in node.child:
        here = (*path, child.response_name if child.HasField("response_name") else child.index)
        yield here, child
        yield from nodes_below(child, here)


async def test_each_field_has_a_node_with_its_types_and_times() -> None:
    result = await traced(QUERY)
    found = trace_of(result)
    nodes = dict(nodes_below(found.root))
    edge = ("learner", "enrollments", "edges")
    assert set(nodes) == {
        *(("learner",), ("learner", "name"), ("learner", "enrollments"), edge),
        *((*edge, place, *rest) for place in (0, 1) for rest in _EDGE),
    }
    state = nodes[*edge, 1, "node", "state"]
    assert (state.type, state.parent_type) == ("EnrollmentState!", "Enrollment")
    assert nodes["learner", "name"].original_field_name == "displayName"
    assert not nodes["learner",].HasField("original_field_name")
    fields = [node for path, node in nodes.items() if isinstance(path[-1], str)]
    assert all(0 < node.start_time <= node.end_time <= found.duration_ns for node in fields)
    assert found.start_time.seconds == found.end_time.seconds == world.NOW.timestamp()


_EDGE = ((), ("node",), ("node", "state"), ("node", "course"), ("node", "course", "title"))


async def test_errors_have_the_text_that_the_client_sees() -> None:
    broken = BrokenStore(lambda: Unavailable("profiles", "mongodb://root:hunter2@db refused"))
    result = await traced(QUERY, profiles=broken)
    found = trace_of(result)
    [error] = dict(nodes_below(found.root))["learner", "name"].error
    assert error.message == "profiles is temporarily unavailable"
    assert error.location[0].line == 1
    assert '"STORE_UNAVAILABLE"' in error.json
    assert b"hunter2" not in found.SerializeToString()


async def test_a_trace_adds_no_store_call() -> None:
    given = {"representations": [learner(world.ADA), course(world.ALGEBRA), *(enrollment(n) for n in range(20))]}
    for query, values in ((QUERY, None), (ENTITIES, given)):
        peer = world.peer_of(await world.open_school(), world.admin())
        plain = await SUBGRAPH.execute(query, variable_values=values, context_value=peer)
        result = await traced(query, values)
        assert result.data == plain.data
        assert calls(result) == calls(plain)


def calls(result: Any) -> list[tuple[str, str, int]]:
    return sorted((each["store"], each["call"], each["keys"]) for each in result.extensions["stores"]["batches"])


async def test_others_get_none() -> None:
    peer = world.peer_of(await world.open_school(), world.admin())
    result = await TRACED.execute(QUERY, context_value=peer)
    assert "ftv1" not in (result.extensions or {})


@pytest.mark.parametrize("query", ["{", "{ nothing }", "query A { __typename } query B { __typename }"])
async def test_a_request_that_is_not_executed_has_none(query: str) -> None:
    result = await traced(query)
    assert result.errors
    assert "ftv1" not in (result.extensions or {})


async def test_a_subscription_has_none() -> None:
    peer = replace(world.peer_of(await world.open_school(), world.admin()), traces_fields=True)
    query = f'subscription {{ presenceChanged(course: "{world.ALGEBRA}") {{ __typename }} }}'
    results: Any = await TRACED.stream(query, context_value=peer)
    async for result in results:
        assert result.errors is None
        assert "ftv1" not in (result.extensions or {})
        break
    await results.aclose()
