"""Errors as clients see them: a store that fails nulls its own fields, and its secrets stay inside."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError

from resolvers.documents.document import MOST_ERRORS
from resolvers.errors import LONGEST_MESSAGE, masked
from resolvers.schema import schema_of
from stores.errors import RetryLater, TimedOut
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA, ask

PAGE = """{ learner(id: "TGVhcm5lcjpsZWFybmVyLWFkYQ==") {
  displayName
  enrollments(first: 1) { edges { node { course { title } progress { completion } } } }
  timeline(first: 1) { edges { node { verb } } }
  presence { status }
} }"""


@pytest.mark.parametrize(
    ("down", "nulls"),
    [
        ("catalog", [["learner", "enrollments", "edges", 0, "node", "course", "title"]]),
        ("timeline", [["learner", "timeline"]]),
        ("sessions", [["learner", "presence"]]),
        ("profiles", [["learner", "displayName"]]),
        ("progress", [["learner", "enrollments"]]),
    ],
)
async def test_a_store_that_is_down_nulls_its_own_fields_only(down: str, nulls: list[Any]) -> None:
    result = await ask(PAGE, down=down)
    assert [error.path for error in result.errors] == nulls
    for error in result.errors:
        assert error.extensions == {"code": "STORE_UNAVAILABLE", "store": down}
        assert "hunter2" not in str(error.formatted)
    answered = {key for key, value in result.data["learner"].items() if value is not None}
    whole = {"displayName", "enrollments", "timeline", "presence"}
    assert answered == whole - {path[1] for path in nulls if len(path) == 2}


async def test_a_timeout_has_its_own_code() -> None:
    result = await ask(PAGE, down="timeline", error=lambda: TimedOut("timeline", "slow"))
    assert [error.extensions["code"] for error in result.errors] == ["STORE_TIMEOUT"]


async def test_a_store_that_stalls_times_out() -> None:
    stores = await world.open_school()

    class Stalled:
        def __getattr__(self, name: str) -> Any:
            async def stall(*args: Any, **kwargs: Any) -> Any:
                await asyncio.Event().wait()

            return stall

    peer = world.peer_of(replace(stores, sessions=Stalled()), world.admin(), trace=False)
    peer = replace(peer, deadlines={**world.DEADLINES, "sessions": timedelta(milliseconds=20)})
    result = await SCHEMA.execute(PAGE, context_value=peer)
    assert [error.extensions for error in result.errors or []] == [{"code": "STORE_TIMEOUT", "store": "sessions"}]


async def test_the_text_of_a_store_error_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await ask(PAGE, down="timeline")
    assert "hunter2" not in caplog.text


async def test_an_unexpected_error_is_masked_and_logged_with_the_clients_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        result = await ask(PAGE, down="timeline", error=lambda: RuntimeError("secret dsn"))
    (error,) = result.errors
    assert "secret" not in str(error.formatted)
    assert error.extensions["code"] == "INTERNAL"
    assert any(error.extensions["id"] in record.getMessage() for record in caplog.records)


def test_a_full_queue_says_when_to_retry() -> None:
    cause = RetryLater("progress", "its queue is full", retry_after_ms=250)
    shown = masked(GraphQLError("", original_error=cause))
    assert shown.extensions == {"code": "RETRY_LATER", "store": "progress", "retryAfterMs": 250}


async def test_errors_of_a_document_repeat_little_of_it() -> None:
    """graphql-core prints the whole input object for each of its unknown fields."""
    long = "x" * 10_000
    fields = ", ".join(f"f{number}: 1" for number in range(50))
    query = f'{{ {long} courses(filter: {{{fields}, titleContains: "{long}"}}) {{ pageInfo {{ {long} }} }} }}'
    peer = world.peer_of(await world.open_school(), world.admin(), trace=False)
    result = await SCHEMA.execute(query, context_value=peer)
    errors = result.errors or []
    assert {(error.extensions or {})["code"] for error in errors} == {"GRAPHQL_VALIDATION_FAILED"}
    assert len(errors) == MOST_ERRORS + 1
    assert all(len(error.message) <= LONGEST_MESSAGE + 1 for error in errors)


async def test_an_argument_that_is_null_only_at_run_time_is_the_clients_error() -> None:
    """The type of the variable is nullable and the place has a default, so validation accepts the document."""
    query = """mutation ($weight: Float) { createCourse(input: {key: "k", title: "t", modules: [{title: "m", items: [
      {key: "i", title: "t", type: PAGE, moveOn: COMPLETED, weight: $weight}]}]}) { errors { code } } }"""
    peer = world.peer_of(await world.open_school(), world.admin(), trace=False)
    result = await SCHEMA.execute(query, variable_values={"weight": None}, context_value=peer)
    assert [(error.extensions or {})["code"] for error in result.errors or []] == ["BAD_USER_INPUT"]


async def test_a_value_that_the_schema_cannot_show_is_internal(caplog: pytest.LogCaptureFixture) -> None:
    @strawberry.type
    class Query:
        @strawberry.field
        def large(self) -> int:
            return 2**40

    peer = world.peer_of(await world.open_school(), world.admin(), trace=False)
    result = await schema_of(Query).execute("{ large }", context_value=peer)
    assert [(error.extensions or {})["code"] for error in result.errors or []] == ["INTERNAL"]
    assert str(2**40) not in str(result.errors)
    assert "unexpected error" in caplog.text


async def test_one_cause_of_many_errors_is_one_incident(caplog: pytest.LogCaptureFixture) -> None:
    result = await ask(
        "{ me { a: timeline { pageInfo { hasNextPage } } b: timeline { pageInfo { hasNextPage } } } }",
        down="timeline",
        error=lambda: ValueError("a fault of the store"),
    )
    assert [error.path for error in result.errors] == [["me", "a"], ["me", "b"]]
    assert len({error.extensions["id"] for error in result.errors}) == 1
    assert len([record for record in caplog.records if record.exc_info]) == 1
