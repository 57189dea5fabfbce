"""One group of subscribers: it executes each event once, with the executor of its first member."""

from collections.abc import Awaitable, Callable, Hashable
from copy import copy
from dataclasses import replace
from typing import Any, Generic, TypeVar, cast

from graphql import ExecutionResult
from graphql.execution import Executor

from resolvers.context import Context, free
from resolvers.errors import as_graphql_error
from resolvers.execution.event_groups.execution import EventExecution
from resolvers.execution.event_groups.group_key import shared_peer
from resolvers.execution.event_groups.recent_results import RecentResults
from resolvers.execution.operation import mask, report_end
from resolvers.operation_trace import OperationTrace
from stores.cancellation import cancel_requested

T = TypeVar("T")
Encode = Callable[[ExecutionResult], tuple[T, int]]
"""Turns a masked result into what is sent, and its size in bytes."""


class EventGroup(Generic[T]):
    """The subscribers with one `group_key`, or one without a key. `members`: how many there are; `executions`: how many
    have begun."""

    __slots__ = ("_document", "_encode", "_executor", "_peer", "_recent", "executions", "key", "members")

    def __init__(self, key: Hashable | None, executor: Executor[Any], recent: RecentResults, encode: Encode[T]) -> None:
        self.key = key
        first: Context = executor.context_value
        self._peer, self._document = shared_peer(first.peer), first.document
        self._executor = copy(executor)
        self._executor.context_value = self._context(free)  # not the first member's, which it would keep
        self._recent = recent
        self._encode = encode
        self.members = 0
        self.executions = 0

    async def result(self, event: object, *, since: int) -> tuple[T, float]:
        """The result of an event, and what it cost beyond the estimate. Another member may have begun its execution,
        but after `since`: the number of executions when the subscriber became a member."""
        found = self._recent.find(self, event, since=since)
        execution = self._begin(event) if found is None else found
        if execution.result is None:
            await execution.wait()
        return cast("T", execution.result), execution.charged

    def _context(self, charge: Callable[[float], None], trace: OperationTrace | None = None) -> Context:
        context = Context.of(replace(self._peer, charge=charge), trace)
        context.document = self._document
        return context

    def _begin(self, event: object) -> EventExecution[T]:
        self.executions += 1
        execution = EventExecution[T](self.executions, event)
        # Each event has its own context: members that are behind execute theirs at the same time.
        traces = self._peer.traces
        trace = None if traces is None else traces.begin_event(getattr(event, "traceparent", None))
        context = self._context(execution.charge, trace)
        executor = copy(self._executor)
        executor.context_value = context
        result: Any  # no @defer and @stream in the schema
        try:
            result = executor.build_per_event_executor(event).execute_operation(False)
        except Exception as error:
            result = failed(error)
        if self.members > 1:
            self._recent.add(self, execution)
        if executor.is_awaitable(result):
            execution.start(self._finish(execution, context, result))
        else:
            self._end(execution, context, result)
        return execution

    async def _finish(self, execution: EventExecution[T], context: Context, result: Awaitable[ExecutionResult]) -> None:
        try:
            done = await result
        except Exception as error:
            done = failed(error)
        except BaseException as error:
            if cancel_requested():
                return  # without CancelledError: the task would keep it, and its frames refer to the task, a cycle
            done = failed(error)
        self._end(execution, context, done)

    def _end(self, execution: EventExecution[T], context: Context, result: ExecutionResult) -> None:
        try:
            encoded = masked(result, self._encode)
        except Exception as error:  # a value that JSON cannot have
            result = failed(error)
            encoded = masked(result, self._encode)
        report_end(context, "event", result)
        execution.end(*encoded)
        self._recent.count(self, execution)
        context.loaders.forget()  # cuts the cycle of loaders and cache


def masked(result: ExecutionResult, encode: Encode[T]) -> tuple[T, int]:
    """A result with errors as clients may see them, serialised."""
    mask(result)
    return encode(result)


def failed(error: BaseException) -> ExecutionResult:
    """The result of a source or an execution that failed."""
    return ExecutionResult(data=None, errors=[as_graphql_error(error)])
