"""One execution of a plan: of a query, or of one event of a subscription."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVarTuple

from graphql.execution import Executor

from resolvers.context import Context
from resolvers.data.dataloaders import Loaders
from resolvers.execution.compiled.field import Field
from resolvers.execution.compiled.trace import PlanTrace
from resolvers.execution.compiled.values import FieldErrors
from resolvers.execution.limits.response_size import ResponseSize
from resolvers.viewer import Viewer

Given = TypeVarTuple("Given")


class Run:
    """What a plan needs while it runs, and the count of what it waits for.

    Everything is read first. `expect` wraps each callback that will be called later; `everything_read` returns when the
    last one has been called.
    """

    __slots__ = (
        "_awaited",
        "_fault",
        "_read",
        "context",
        "errors",
        "executor",
        "loaders",
        "size",
        "tasks",
        "trace",
        "viewer",
    )

    def __init__(self, executor: Executor[Any], size: ResponseSize) -> None:
        self.executor = executor
        self.context: Context = executor.context_value
        self.viewer: Viewer = self.context.viewer
        self.loaders: Loaders = self.context.loaders
        self.size = size
        self.trace = PlanTrace() if self.context.peer.trace_plan else None
        self.errors = FieldErrors()
        self.tasks: set[asyncio.Future[Any]] = set()
        self._awaited = 0
        self._read: asyncio.Future[None] | None = None
        self._fault: Exception | None = None

    def expect(self, callback: Callable[[*Given], None]) -> Callable[[*Given], None]:
        """The callback, which is now waited for. It is called once."""
        self._awaited += 1

        def arrive(*given: *Given) -> None:
            try:
                callback(*given)
            except Exception as error:
                self._fault = error
            self._awaited -= 1
            if self._read is not None and not self._read.done() and (self._fault is not None or not self._awaited):
                self._read.set_result(None)

        return arrive

    async def everything_read(self) -> None:
        """Wait for all callbacks. Raises what one of them raised: a fault of the executor, not of a field."""
        if self._awaited and self._fault is None:
            self._read = asyncio.get_running_loop().create_future()
            try:
                await self._read
            finally:
                for task in self.tasks:
                    task.cancel()
        if self._fault is not None:
            raise self._fault

    def info(self, field: Field) -> Any:
        """What graphql-core passes to the functions of a field. It has no path."""
        return self.executor.build_resolve_info(field.definition, field.nodes, field.parent, None)  # type: ignore[arg-type]

    def start(self, work: "asyncio.Future[Any]") -> None:
        """Keep a task that a resolver needs until it ends."""
        self.tasks.add(work)
        work.add_done_callback(self.tasks.discard)
