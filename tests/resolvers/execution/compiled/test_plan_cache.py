"""What the plan cache keeps: within a number of fields, and nothing of documents that are used once."""

import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

from resolvers.context import Peer
from resolvers.documents.document import Document
from resolvers.execution.compiled.plan_cache import COMPILE_UNITS, MOST_COMBINATIONS, PLAN_CACHE, PlanCache
from resolvers.execution.document_cache import LONGEST_CACHED
from resolvers.schema import Graph, build_schema
from resolvers.strawberry_internals import core_schema
from tests.resolvers import world

FIELDS = "learnerId displayName locale timeZone avatarUrl goals skills createdAt updatedAt version"
WIDE = f"me {{ {FIELDS} }} viewer {{ subject role }}"
CONDITIONAL = "query ({}) {{ me {{ id {} }} }}".format(
    ", ".join(f"$v{number}: Boolean!" for number in range(5)),
    " ".join(f"a{number}: id @include(if: $v{number})" for number in range(5)),
)


async def opened(compile_after: int) -> tuple[Graph, PlanCache, Peer]:
    schema = cast(Graph, build_schema())
    peer = world.peer_of(await world.open_school(), world.learner(), trace=False)
    peer = replace(peer, executor="compiled", compile_after=compile_after)
    return schema, core_schema(schema).extensions[PLAN_CACHE], peer


@contextmanager
def no_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def test_a_long_document_that_is_used_once_is_not_kept() -> None:
    schema, _, peer = await opened(1)
    text = f"{{ me {{ id }} }} #{'x' * LONGEST_CACHED}"
    gc.collect()
    assert (await schema.execute(text, context_value=peer)).errors is None
    gc.collect()  # graphql-core's validation keeps documents in cycles
    known = [each for each in gc.get_objects() if isinstance(each, Document) and each.schema is core_schema(schema)]
    assert known == []


async def test_all_plans_are_within_a_number_of_fields_and_the_newest_is_kept() -> None:
    schema, plans, peer = await opened(0)
    plans.most_fields = 100  # 14 of a plan, and as many of its document
    texts = [f"query q{number} {{ {WIDE} }}" for number in range(10)]
    for text in texts:
        assert (await schema.execute(text, context_value=peer)).errors is None
    compiled = plans.counters.compiled
    assert sum(each.kept for each in plans._operations) <= 100
    assert len(plans._operations) == 3
    await schema.execute(texts[-1], context_value=peer)
    assert plans.counters.compiled == compiled
    await schema.execute(texts[0], context_value=peer)
    assert plans.counters.compiled == compiled + 1


async def test_plans_that_are_dropped_are_freed_at_once() -> None:
    schema, plans, peer = await opened(0)
    plans.size = 1
    await schema.execute("{ me { id } }", context_value=peer)
    [operation] = plans._operations
    [(plan, _)] = operation.plans.values()
    dropped = weakref.ref(plan.build)  # type: ignore[union-attr]
    del plan, operation
    with no_collection():
        await schema.execute("{ viewer { subject } }", context_value=peer)
        assert dropped() is None


async def test_more_combinations_of_conditions_than_are_kept_are_charged() -> None:
    charged: list[float] = []
    schema, plans, peer = await opened(0)
    peer = replace(peer, charge=charged.append)
    for number in range(2**5):
        variables = {f"v{place}": bool(number >> place & 1) for place in range(5)}
        result = await schema.execute(CONDITIONAL, variable_values=variables, context_value=peer)
        assert result.data is not None
        assert set(result.data["me"]) == {"id", *(f"a{place}" for place in range(5) if number >> place & 1)}
    [operation] = plans._operations
    assert len(operation.plans) == MOST_COMBINATIONS
    estimates = 2**5
    assert len(charged) == estimates + 2**5 - MOST_COMBINATIONS
    assert max(charged) == 7 * COMPILE_UNITS
