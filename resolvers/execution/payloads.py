"""Payloads of mutations: what is selected of them is read and built by a plan, as a query is.

graphql-core runs the root fields of a mutation one after the other; when one has written, its payload is the root of a
plan. Where an error nulls the whole payload, graphql-core builds it again: it propagates the null.
"""

from collections.abc import Callable
from inspect import isawaitable
from typing import Any

from graphql.execution import Executor

from resolvers.execution.compiled.plan import ObjectPlan
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.values import NULLED
from resolvers.execution.limits.response_size import ResponseSize


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
