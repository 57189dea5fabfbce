"""The filter and the order of a course's enrolments: what the arguments mean, and what is counted."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.resolvers import world
from tests.resolvers.queries import ask

ROW = "node { learner { learnerId } progress { completion score lastActivityAt } enrolledAt }"
FIELDS = {"ENROLLED_AT": "enrolledAt", "COMPLETION": "completion", "LAST_ACTIVITY": "lastActivityAt", "SCORE": "score"}


async def page_of(arguments: str) -> Any:
    query = f"enrollments({arguments}) {{ totalCount edges {{ {ROW} }} }}"
    result = await ask(f'{{ course(key: "{world.ALGEBRA}") {{ {query} }} }}')
    assert result.errors is None
    return result.data["course"]["enrollments"]


def value_of(edge: Any, field: str) -> Any:
    node = edge["node"]
    return node["enrolledAt"] if field == "ENROLLED_AT" else node["progress"][FIELDS[field]]


@pytest.mark.parametrize("field", FIELDS)
async def test_enrolments_are_sorted_by_each_field_in_both_directions(field: str) -> None:
    found = {}
    for direction in ("", ", direction: ASC", ", direction: DESC"):
        page = await page_of(f"first: 100, orderBy: {{field: {field}{direction}}}")
        found[direction] = [value_of(edge, field) for edge in page["edges"]]
    ascending, descending = found[", direction: ASC"], found[", direction: DESC"]
    assert found[""] == ascending
    with_value = [value for value in ascending if value is not None]
    assert len(set(with_value)) > 1 or field == "SCORE"
    assert with_value == sorted(with_value)
    nothing = [None] * (len(ascending) - len(with_value))
    assert ascending == with_value + nothing
    assert descending == with_value[::-1] + nothing


async def test_a_filter_restricts_the_page_and_its_count() -> None:
    everything = await page_of("first: 100")
    times = sorted(edge["node"]["progress"]["lastActivityAt"] for edge in everything["edges"])
    filters: Sequence[tuple[str, Callable[[Any], bool]]] = (
        ("{completionBelow: 0.2}", lambda node: node["progress"]["completion"] < 0.2),
        ("{completionAtLeast: 0.2}", lambda node: node["progress"]["completion"] >= 0.2),
        (f'{{inactiveSince: "{times[20]}"}}', lambda node: node["progress"]["lastActivityAt"] < times[20]),
        (f'{{learnerIds: ["{world.ADA}", "LEARNER-001"]}}', lambda node: node["learner"]["learnerId"] == world.ADA),
    )
    for arguments, allows in filters:
        expected = [edge for edge in everything["edges"] if allows(edge["node"])]
        assert 0 < len(expected) < len(everything["edges"])
        found = await page_of(f"first: 100, filter: {arguments}")
        assert found == {"totalCount": len(expected), "edges": expected}
