"""Runs documents as plans: a test fails if its operation falls back to graphql-core."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import strawberry

from resolvers.execution.compiled.plan_cache import PLAN_CACHE
from resolvers.schema import schema_of
from resolvers.strawberry_internals import core_schema
from tests.oracle.answers import answer_of, unexpected_errors
from tests.oracle.documents import Request
from tests.resolvers import world


class Ran(NamedTuple):
    """What a plan answered. `errors`: the messages by path, joined with dots, in the order of the paths; an unexpected
    error has the message of its cause."""

    data: Any
    errors: list[tuple[str, str]]


async def ran(
    schema: strawberry.Schema, text: str, variables: dict[str, Any] | None = None, operation_name: str | None = None
) -> Ran:
    """The answer of the compiled executor. AssertionError if the operation did not run as a plan."""
    counters = core_schema(schema).extensions[PLAN_CACHE].counters
    runs, fallbacks = counters.run, counters.fallback.total()
    peer = replace(world.peer_of(await world.open_school(), world.admin()), executor="compiled", compile_after=0)
    with unexpected_errors() as causes:
        answer = await answer_of(schema, Request(text, operation_name, ()), variables or {}, peer, causes)
    assert (counters.run, counters.fallback.total()) == (runs + 1, fallbacks), counters
    errors = [(".".join(map(str, each.path or ())), each.message) for each in answer.errors.elements()]
    return Ran(json.loads(answer.data), sorted(errors))


def field_of(returns: Any, value: Any, *, later: bool = False) -> Any:
    """A field whose resolver returns a value, or what the value returns if it is a function; `later`: in another turn
    of the event loop."""

    def now() -> Any:
        return value() if callable(value) else value

    async def in_a_turn() -> Any:
        await asyncio.sleep(0)
        return now()

    return strawberry.field(resolver=in_a_turn if later else now, graphql_type=returns)


def query_of(**fields: Any) -> strawberry.Schema:
    """A schema with these root fields."""
    return schema_of(strawberry.type(type("Query", (), fields)))


def raising(error: Exception) -> Callable[[], Any]:
    """A function that raises the error."""

    def fail() -> Any:
        raise error

    return fail
