"""The rule vectors through the graph, in one batch or several, in order or not."""

from random import Random
from typing import Any
from uuid import UUID

import pytest

from stores.domain.catalog import Course, Module
from tests.resolvers import world
from tests.resolvers.mutations.test_enrollments import ENROLL
from tests.resolvers.mutations.test_interactions import RECORD
from tests.resolvers.school import ADA_ID, SCHEMA, School
from tests.stores.domain.test_progress_projection import VECTORS, items_of

CASES = VECTORS["cases"]
BEFORE = "2026-02-01T00:00:00.000Z"
STATE = """query ($registration: UUID!) { enrollment(registration: $registration) {
  state certificate { issuedAt revokedAt }
  progress { completion itemsDone itemsTotal score satisfied satisfiedAt lastActivityAt timeSpentSeconds }
  items(first: 100) { edges { node { itemKey state completion satisfied satisfiedAt completedAt passedAt attempts
    bestScore latestScore timeSpentSeconds lastEventAt } } } } }"""


def unique(number: int, text: str) -> str:
    """The vectors' ids are unique within a case: make them unique over all, in the same order."""
    return str(UUID(int=UUID(text).int | (number + 1) << 112))


def registration(number: int) -> str:
    return str(UUID(int=0xC0DE << 64 | number))


async def begin(school: School) -> None:
    """Create a course and an enrolment for each case."""
    for number, case in enumerate(CASES):
        modules = (Module(title="All", items=tuple(items_of(case))),)
        course = Course(key=f"c{number}", version=1, title=case["name"], modules=modules, published_at=world.NOW)
        await school.stores.catalog.publish(course)
        given = {"learner": ADA_ID, "course": course.key, "registration": registration(number), "at": BEFORE}
        assert (await school.write(ENROLL, given))["errors"] == []


def events_of(number: int, case: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            **event,
            "registration": registration(number),
            "id": unique(number, event["id"]),
            **({"voids": unique(number, event["voids"])} if "voids" in event else {}),
        }
        for event in case["events"]
    ]


async def state_of(school: School, number: int) -> dict[str, Any]:
    """The state of a case's registration, in the form of the vectors."""
    peer = world.peer_of(school.stores, world.admin(), trace=False)
    result = await SCHEMA.execute(STATE, variable_values={"registration": registration(number)}, context_value=peer)
    assert result.errors is None
    assert result.data is not None
    found = result.data["enrollment"]
    items = [rounded(edge["node"]) for edge in found["items"]["edges"]]
    return {
        "items": {item.pop("itemKey"): item for item in items},
        "course": rounded(found["progress"]) | {"enrollmentState": found["state"]},
        "certificate": found["certificate"],
    }


def rounded(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in fields.items()}


def expected(case: dict[str, Any]) -> dict[str, Any]:
    course = case["expect"]["course"]
    certificate = {"issuedAt": course["satisfiedAt"], "revokedAt": None} if course["satisfied"] else None
    return {**case["expect"], "certificate": certificate}


@pytest.mark.parametrize("order", ["in order", "shuffled"])
@pytest.mark.parametrize("pieces", ["one batch", "a batch a case", "one by one"])
async def test_the_graph_answers_what_the_vectors_expect(ledger_school: School, pieces: str, order: str) -> None:
    await begin(ledger_school)
    batches = [events_of(number, case) for number, case in enumerate(CASES)]
    if order == "shuffled":
        for batch in batches:
            Random(order).shuffle(batch)
    match pieces:
        case "one batch":
            batches = [[event for batch in batches for event in batch]]
        case "one by one":
            batches = [[event] for batch in batches for event in batch]
    for batch in batches:
        payload = await ledger_school.write(RECORD, {"events": batch})
        assert payload["errors"] == []
        assert {result["status"] for result in payload["results"]} <= {"ACCEPTED", "DUPLICATE"}
    found = {case["name"]: await state_of(ledger_school, number) for number, case in enumerate(CASES)}
    assert len(found) == len(CASES)
    assert found == {case["name"]: expected(case) for case in CASES}
