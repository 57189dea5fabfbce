"""Runs a plan: everything is read first, level by level, then the response is built in one pass."""

from typing import Any

from graphql import ExecutionResult
from graphql.execution import Executor

from resolvers.execution.compiled.counters import ExecutionCounters
from resolvers.execution.compiled.plan import ObjectPlan
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.values import NULLED
from resolvers.execution.limits.response_size import ResponseSize


async def execute(
    executor: Executor[Any], plan: ObjectPlan, size: ResponseSize, counters: ExecutionCounters
) -> ExecutionResult:
    """The result of a query, or of one event, as graphql-core would return it. Errors beneath a position that is null
    may be reported in addition."""
    run = Run(executor, size)
    level = plan.begin(run, [executor.root_value])
    await run.everything_read()
    if run.trace is not None:
        run.context.plan_trace = run.trace.shown(counters)
    [data] = plan.finish(run, level, lambda _: [()])
    return ExecutionResult(None if data is NULLED else data, run.errors.found or None)
