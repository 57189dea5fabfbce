"""Values of variables that do not fit their types: an error for each one, with its path."""

from typing import Any

import pytest

from resolvers.execution.coercion import MOST_ERRORS
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA
from tests.resolvers.school import IN_ALGEBRA, School, uuid

RECORD = """mutation ($input: RecordInteractionsInput!) {
  recordInteractions(input: $input) { results { status error { code path } } errors { code } } }"""
GOOD = {"id": uuid(1), "registration": IN_ALGEBRA, "verb": "VIEWED", "itemKey": "page", "at": "2026-03-30T11:00:00Z"}


async def errors_of(school: School, query: str, variables: Any) -> list[dict[str, Any]]:
    """The errors of a request. A field's path would make them errors of a field."""
    peer = world.peer_of(school.stores, world.admin(), trace=False)
    result = await SCHEMA.execute(query, variable_values=variables, context_value=peer)
    assert result.data is None
    found: list[dict[str, Any]] = [dict(error.formatted) for error in result.errors or []]
    assert all(error["extensions"]["code"] == "BAD_USER_INPUT" and "path" not in error for error in found)
    return found


def paths(errors: list[dict[str, Any]]) -> list[list[str | int]]:
    return [error["extensions"]["path"] for error in errors]


async def test_every_bad_event_of_a_batch_is_named_and_the_rest_can_be_sent(school: School) -> None:
    """The client drops the events at the indexes in the paths and sends the others."""
    events = [{**GOOD, "id": uuid(place + 1)} for place in range(500)]
    bad = set(range(0, 500, 2)) | {499}
    for place in bad:
        events[place]["at"] = "yesterday"
    errors = await errors_of(school, RECORD, {"input": {"events": events}})
    assert paths(errors) == [["input", "events", place, "at"] for place in sorted(bad)]

    dropped = {path[2] for path in paths(errors)}
    rest = [event for place, event in enumerate(events) if place not in dropped]
    payload = await school.write(RECORD, {"events": rest})
    assert {result["status"] for result in payload["results"]} == {"ACCEPTED"}


async def test_every_kind_of_fault_has_its_path_and_a_plain_message(school: School) -> None:
    events = [
        GOOD,
        {**GOOD, "id": "7", "verb": "SLEPT", "score": "high", "success": 1, "itemKey": 3, "extensions": [None]},
        {**GOOD, "verb": None, "scoer": 1},
        {"id": uuid(2)},
        "an event",
        None,
    ]
    errors = await errors_of(school, RECORD, {"input": {"events": events, "more": {}}})
    assert [error["message"] for error in errors] == [
        "$input.events[1].id: a UUID has the form 01234567-89ab-cdef-0123-456789abcdef",
        "$input.events[1].verb: is not a valid Verb",
        "$input.events[1].itemKey: String cannot represent a non string value: 3",
        "$input.events[1].score: Float cannot represent non numeric value: 'high'",
        "$input.events[1].success: Boolean cannot represent a non boolean value: 1",
        "$input.events[2].verb: must not be null",
        "$input.events[2].scoer: is not a field of InteractionInput",
        "$input.events[3].registration: is required",
        "$input.events[3].verb: is required",
        "$input.events[3].at: is required",
        "$input.events[4]: must be an object of type InteractionInput",
        "$input.events[5]: must not be null",
        "$input.more: is not a field of RecordInteractionsInput",
    ]
    for error in errors:
        named, *rest = error["extensions"]["path"]
        shown = f"${named}" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in rest)
        assert error["message"].startswith(f"{shown}: ")


@pytest.mark.parametrize(
    ("query", "variables", "path"),
    [
        (RECORD, None, ["input"]),
        (RECORD, {"input": None}, ["input"]),
        (
            RECORD,
            {"input": {"events": {"id": uuid(1), "verb": "VIEWED", "at": GOOD["at"]}}},
            ["input", "events", "registration"],
        ),
        ("query ($n: Int = 2) { learners(first: $n) { edges { cursor } } }", {"n": 2**40}, ["n"]),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a", {}]}, ["ids", 1]),
        ("query a { __typename } query b ($n: Int!) { learners(first: $n) { edges { cursor } } }", None, ["n"]),
    ],
)
async def test_the_path_begins_with_the_variable(school: School, query: str, variables: Any, path: Any) -> None:
    peer = world.peer_of(school.stores, world.admin(), trace=False)
    name = "b" if "query b" in query else None
    result = await SCHEMA.execute(query, variable_values=variables, context_value=peer, operation_name=name)
    assert [(error.extensions or {})["path"] for error in result.errors or []] == [path]


async def test_malformed_values_of_the_right_type_stay_verdicts_of_their_events(school: School) -> None:
    events = [{**GOOD, "score": 7}, {**GOOD, "id": uuid(2), "itemKey": "none"}, {**GOOD, "id": uuid(3)}]
    payload = await school.write(RECORD, {"events": events})
    assert [result["status"] for result in payload["results"]] == ["REJECTED", "REJECTED", "ACCEPTED"]


async def test_errors_repeat_little_of_what_was_sent_and_their_number_is_bounded(school: School) -> None:
    long = "x" * 100_000
    events: list[Any] = [{**GOOD, "id": long, "verb": long, "at": long, long: 1, "itemKey": [long]}]
    for error in await errors_of(school, RECORD, {"input": {"events": events}}):
        assert len(str(error)) < 500, str(error)[:500]

    name = long[:10_000]  # twice in the document, which may have 32 kB
    named = RECORD.replace("$input", f"${name}")
    for error in await errors_of(school, named, {name: {"events": events}}):
        assert len(str(error)) < 600, str(error)[:600]

    errors = await errors_of(school, RECORD, {"input": {"events": [1] * 100_000}})
    *listed, last = errors
    assert paths(listed) == [["input", "events", place] for place in range(MOST_ERRORS)]
    assert last["message"] == f"only the first {MOST_ERRORS} errors are listed"
