"""Payloads of mutations that plans build are those that graphql-core builds, errors and nulls included."""

from dataclasses import replace
from typing import Any, Literal, cast

import pytest

from resolvers.execution.compiled.plan_cache import PLAN_CACHE, PlanCache
from resolvers.limits import Limits
from resolvers.strawberry_internals import core_schema
from stores.errors import Unavailable
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA, BrokenStore
from tests.resolvers.school import IN_ALGEBRA, uuid

Executor = Literal["compiled", "reference"]
EVENT = {"id": uuid(1), "registration": IN_ALGEBRA, "verb": "VIEWED", "itemKey": "page", "at": "2026-03-30T11:00:00Z"}
TOP = "mutation ($input: RecordInteractionsInput!) {"
RESULTS = "results { id status error { code message path } } errors { code message path }"
ENROLLMENTS = """enrollments { id registration state learner { id displayName email } course { title modules { title } }
  progress { completion score version } items(first: 2) { edges { node { state } } } }"""
PARTS = f"results {{ ...R }} {ENROLLMENTS} kind: __typename"
FRAGMENT = "fragment R on InteractionResult { id status error { path } }"
CASES: dict[str, tuple[str, dict[str, Any], str | None]] = {
    "results": (f"{TOP} recordInteractions(input: $input) {{ {RESULTS} }} }}", EVENT, None),
    "a rejection": (f"{TOP} recordInteractions(input: $input) {{ {RESULTS} }} }}", {**EVENT, "itemKey": "none"}, None),
    "stores": (f"{TOP} r: recordInteractions(input: $input) {{ {PARTS} }} }} {FRAGMENT}", EVENT, None),
    "profiles are down": (f"{TOP} recordInteractions(input: $input) {{ {PARTS} }} }} {FRAGMENT}", EVENT, "profiles"),
    "activity is down": (f"{TOP} recordInteractions(input: $input) {{ {PARTS} }} }} {FRAGMENT}", EVENT, "activity"),
    "two": (
        f"{TOP} a: recordInteractions(input: $input) {{ {RESULTS} }} b: recordInteractions(input: $input) "
        f"{{ results {{ status }} enrollments {{ progress {{ version }} }} }} }}",
        EVENT,
        None,
    ),
}


async def answer(text: str, event: dict[str, Any], down: str | None, executor: Executor, **limits: Any) -> Any:
    """The data, the errors and the store calls of an operation on a new school."""
    stores = await world.open_school()
    if down is not None:
        stores = replace(stores, **{down: BrokenStore(lambda: Unavailable(down, "secret"))})
    peer = replace(world.peer_of(stores, world.admin()), executor=executor, limits=Limits(**limits))
    result = await SCHEMA.execute(text, variable_values={"input": {"events": [event]}}, context_value=peer)
    batches = cast(dict[str, Any], result.extensions)["stores"]["batches"]
    calls = sorted((each["store"], each["call"], each["keys"]) for each in batches)
    errors = sorted((error.formatted for error in result.errors or ()), key=lambda error: str(error["path"]))
    return result.data, errors, calls


def payloads_by_plans() -> int:
    plans: PlanCache = core_schema(SCHEMA).extensions[PLAN_CACHE]
    return plans.counters.payloads


@pytest.mark.parametrize(("text", "event", "down"), CASES.values(), ids=CASES)
async def test_plans_build_what_graphql_core_builds(text: str, event: dict[str, Any], down: str | None) -> None:
    data, errors, calls = await answer(text, event, down, "reference")
    assert data is not None
    assert (down == "profiles") is bool(errors)
    before = payloads_by_plans()
    compiled = await answer(text, event, down, "compiled")
    assert compiled[:2] == (data, errors)
    assert len(compiled[2]) <= len(calls), "no store is called again"
    assert payloads_by_plans() == before + text.count("recordInteractions(")


@pytest.mark.parametrize("response", [1, 60])
async def test_a_payload_that_is_nulled_has_the_errors_of_graphql_core(response: int) -> None:
    """The response is too large, and `results` may not be null."""
    text, event, _ = CASES["results"]
    reference = await answer(text, event, None, "reference", response=response)
    assert reference[0] is None
    assert "TOO_COMPLEX" in str(reference[1])
    data, errors, _ = await answer(text, event, None, "compiled", response=response)
    assert data is None
    assert [error for error in reference[1] if error not in errors] == []


@pytest.mark.parametrize("skipped", [True, False])
async def test_a_payload_depends_on_the_variables_of_its_conditions(skipped: bool) -> None:
    text = f"mutation ($input: RecordInteractionsInput!, $s: Boolean = {str(skipped).lower()}) {{"
    text += " recordInteractions(input: $input) { results { id @skip(if: $s) status } } }"
    compiled = await answer(text, EVENT, None, "compiled")
    assert compiled == await answer(text, EVENT, None, "reference")
    assert ("id" in compiled[0]["recordInteractions"]["results"][0]) is not skipped
