"""Payloads of mutations: what is selected of them is read and built by a plan, as a query is.

graphql-core runs the root fields of a mutation one after the other; when one has written, its payload is the root of a
plan. Where an error nulls the whole payload, graphql-core builds it again: it propagates the null.
"""

from collections.abc import Callable
from inspect import isawaitable
from typing import Any

from graphql import GraphQLObjectType
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails

from resolvers.context import Context
from resolvers.execution.compiled.compile import Compiler, NotCompiled
from resolvers.execution.compiled.plan import ObjectPlan
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.values import NULLED
from resolvers.execution.limits.response_size import ResponseSize


class PayloadCompiler(Compiler):
    """Compiles what an operation selects beneath one of its root fields."""

    def payload(self, kind: GraphQLObjectType, details: list[FieldDetails], key: str) -> ObjectPlan:
        """The plan of the root field `key`, which returns this type. Raises `NotCompiled`."""
        return self._objects(kind, self._beneath(kind, details), (key,))


def payload_plan(
    executor: Executor[Any], kind: GraphQLObjectType, details: list[FieldDetails], key: str
) -> ObjectPlan | None:
    """The plan of the root field `key` of a mutation. None if graphql-core builds its payload: the peer asks for that,
    the document is new, has a directive, or cannot be compiled."""
    context: Context = executor.context_value
    document, peer = context.document, context.peer
    if document is None or peer.executor == "reference" or peer.traces_fields:
        return None
    place = id(executor.operation), key
    found = document.payload_plans.get(place, 0)
    if isinstance(found, int):
        if found < peer.compile_after:
            document.payload_plans[place] = found + 1
            return None
        found = document.payload_plans[place] = _compiled(executor, kind, details, key)
    plan: ObjectPlan | None = found
    return plan


def _compiled(
    executor: Executor[Any], kind: GraphQLObjectType, details: list[FieldDetails], key: str
) -> ObjectPlan | None:
    source = None if executor.operation.loc is None else executor.operation.loc.source.body
    if source is None or "@" in source:  # a directive may depend on variables
        return None
    try:
        return PayloadCompiler(executor).payload(kind, details, key)
    except NotCompiled:
        return None


async def execute_payload(
    executor: Executor[Any],
    plan: ObjectPlan,
    key: str,
    result: Any,
    size: ResponseSize,
    reference: Callable[[], Any],
) -> Any:
    """The payload of the root field `key`, whose resolver returned `result`. `reference`: has graphql-core build it,
    which is done if an error nulls it."""
    run, left = Run(executor, size), size.left
    level = plan.begin(run, [result])
    await run.everything_read()
    [payload] = plan.finish(run, level, lambda _: [(key,)])
    if payload is NULLED:
        size.count_again_from(left)
        again = reference()
        return await again if isawaitable(again) else again
    executor.collected_errors.errors.extend(run.errors.found)
    return payload
