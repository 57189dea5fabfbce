"""Payloads of mutations: what is selected of them is read and built by a plan, as a query is.

graphql-core runs the root fields of a mutation one after the other; when one has written, its payload is the root of a
plan. Where an error nulls the whole payload, graphql-core propagates the null.
"""

from typing import Any

from graphql.execution import Executor

from resolvers.execution.compiled.plan import ObjectPlan
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.values import NULLED
from resolvers.execution.limits.response_size import ResponseSize


async def execute_payload(executor: Executor[Any], plan: ObjectPlan, key: str, result: Any, size: ResponseSize) -> Any:
    """The payload of the root field `key`, whose resolver returned `result`. Raises an error that nulls it, and
    graphql-core propagates the null."""
    run = Run(executor, size)
    level = plan.begin(run, [result])
    await run.everything_read()
    [payload] = plan.finish(run, level, lambda _: [(key,)])
    raised = run.errors.found.pop() if payload is NULLED else None
    executor.collected_errors.errors.extend(run.errors.found)
    if raised is not None:
        raise raised
    return payload
