"""Which executor runs the operations of a request, and who may choose it."""

from typing import Any

import pytest
import strawberry

from gateway.config.settings import read_settings
from resolvers.context import Info
from resolvers.execution.compiled.plan_cache import PLAN_CACHE
from resolvers.schema import build_schema, schema_of
from resolvers.strawberry_internals import core_schema
from tests.gateway.app_client import TOKEN_ACCESS, app_client, bearer
from tests.resolvers import world

CHOICE = "{ choice }"
COMPILED = {"GATEWAY_EXECUTOR": "compiled"}
ADMIN, LEARNER = bearer(world.admin()), bearer(world.learner())


@strawberry.type
class Query:
    @strawberry.field
    def choice(self, info: Info) -> list[str]:
        """The executor of the peer, and after how many uses it compiles."""
        peer = info.context.peer
        return [peer.executor, str(peer.compile_after)]


SCHEMA = schema_of(Query)


async def chosen(settings: dict[str, str], headers: dict[str, str]) -> Any:
    async with app_client(settings, access=TOKEN_ACCESS, schema=SCHEMA) as client:
        return (await client.post("/graphql", json={"query": CHOICE}, headers=headers)).json()


@pytest.mark.parametrize(
    ("settings", "choice"),
    [
        ({"GATEWAY_EXECUTOR": "compiled", "GATEWAY_EXECUTOR_COMPILE_AFTER": "1"}, ["compiled", "1"]),
        ({"GATEWAY_EXECUTOR": "reference", "GATEWAY_EXECUTOR_COMPILE_AFTER": "0"}, ["reference", "0"]),
    ],
)
async def test_the_settings_say_which_executor_runs(settings: dict[str, str], choice: list[str]) -> None:
    assert (await chosen(settings, LEARNER))["data"]["choice"] == choice


def test_a_document_is_compiled_after_an_earlier_use_by_default() -> None:
    default = read_settings({}).executor
    assert (default.name, default.compile_after) == ("compiled", 1)


@pytest.mark.parametrize(
    ("viewer", "header", "executor"),
    [
        (ADMIN, "reference", "reference"),
        (ADMIN, "compiled", "compiled"),
        (ADMIN, "fastest", "compiled"),
        (LEARNER, "reference", "compiled"),
    ],
)
async def test_an_admin_chooses_the_executor_of_a_request(viewer: dict[str, str], header: str, executor: str) -> None:
    answer = await chosen(COMPILED, {**viewer, "X-Gateway-Executor": header})
    assert answer["data"]["choice"][0] == executor


async def test_an_admin_may_trace_the_plan() -> None:
    trace = {"X-Gateway-Trace": "plan"}
    reference = {"X-Gateway-Executor": "reference"}
    assert (await chosen(COMPILED, {**ADMIN, **trace}))["extensions"]["plan"]["reads"] == []
    assert (await chosen(COMPILED, {**ADMIN, **trace, **reference}))["extensions"]["plan"]["fallback"] == "reference"
    assert "extensions" not in await chosen(COMPILED, {**LEARNER, **trace})
    assert "extensions" not in await chosen(COMPILED, ADMIN)


def test_a_schema_keeps_as_many_plans_as_it_is_built_for() -> None:
    assert core_schema(build_schema(plans=7)).extensions[PLAN_CACHE].size == 7


async def test_the_plan_of_a_query_is_shown_and_why_there_is_none() -> None:
    query = {"query": "{ courses(first: 1) { edges { node { title } } } }"}
    trace = {"X-Gateway-Trace": "plan"}
    async with app_client(COMPILED) as client:
        await client.post("/graphql", json=query)
        compiled = await client.post("/graphql", json=query, headers=trace)
        reference = await client.post("/graphql", json=query, headers={**trace, "X-Gateway-Executor": "reference"})
    plan = compiled.json()["extensions"]["plan"]
    root = {"field": "courses", "level": 1, "rows": 1, "keys": 1, "groups": 1, "store": "catalog", "call": "page"}
    assert (plan["levels"], plan["reads"][0]) == (4, root)
    assert reference.json()["extensions"]["plan"]["fallback"] == "reference"
    assert compiled.json()["data"] == reference.json()["data"]
