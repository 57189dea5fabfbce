"""Sources that read no store: attributes of the rows, functions of a row, and resolvers."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from strawberry import Info

from resolvers.execution.compiled.arguments import Arguments
from resolvers.execution.compiled.field import Field
from resolvers.execution.compiled.plan import Source
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.values import Column, Deliver, attempt, attempt_each


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """The attribute with this name of each row."""

    name: str

    def read(self, run: Run, rows: Column, deliver: Deliver) -> None:
        """See `Source`."""
        deliver(attempt_each(attrgetter(self.name), rows))


class FromEvent:
    """The root field of a subscription: its value is the event, which is the root value."""

    def read(self, run: Run, rows: Column, deliver: Deliver) -> None:
        """See `Source`."""
        deliver(rows)


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """What a function without side effects returns for each row."""

    function: Callable[[Any], Any]

    def read(self, run: Run, rows: Column, deliver: Deliver) -> None:
        """See `Source`."""
        deliver(attempt_each(self.function, rows))


@dataclass(frozen=True, slots=True, eq=False)
class Resolver:
    """What a resolver returns for each row: one call for each, and those that are asynchronous together.

    `info.path` is None: a plan has no path while it reads. The resolvers of one field share the `info`.
    """

    field: Field
    arguments: Arguments

    def read(self, run: Run, rows: Column, deliver: Deliver) -> None:
        """See `Source`."""
        values = self._call(run, rows)
        if not any(_is_pending(run, value) for value in values):
            deliver(values)
            return
        deliver = run.expect(deliver)
        gathered = asyncio.gather(*(_awaited(run, value) for value in values))
        run.start(gathered)

        def done(ended: "asyncio.Future[list[Any]]") -> None:
            if not ended.cancelled():
                deliver(ended.result())

        gathered.add_done_callback(done)

    def _call(self, run: Run, rows: Column) -> Column:
        field, definition = self.field, self.field.strawberry
        info = run.info(field)
        resolver = None if definition is None or definition.extensions else definition.base_resolver
        if resolver is None:
            resolve = field.definition.resolve or run.executor.field_resolver
            given = attempt(self.arguments.coerced, run)
            if isinstance(given, Exception):
                return [given] * len(rows)
            return [attempt(lambda row=row: resolve(row, info, **given)) for row in rows]
        shared = Info(_raw_info=info, _field=definition)
        given = attempt(self.arguments.converted, run, shared)
        if isinstance(given, Exception):
            return [given] * len(rows)
        named = given if resolver.info_parameter is None else {**given, resolver.info_parameter.name: shared}
        parent = resolver.parent_parameter or resolver.root_parameter
        if parent is not None:
            return [attempt(lambda row=row: resolver(**named, **{parent.name: row})) for row in rows]
        if resolver.self_parameter is not None:
            return [attempt(lambda row=row: resolver(row, **named)) for row in rows]
        return [attempt(lambda: resolver(**named)) for _ in rows]


def _is_pending(run: Run, value: Any) -> bool:
    """Whether a value is awaitable, or a list that has awaitable items."""
    if isinstance(value, list):
        return any(_is_pending(run, item) for item in value)
    return run.executor.is_awaitable(value)


async def _awaited(run: Run, value: Any) -> Any:
    """The value of an awaitable and of the awaitable items of a list, or the exception."""
    try:
        found = await value if run.executor.is_awaitable(value) else value
    except Exception as error:
        return error
    if isinstance(found, list) and _is_pending(run, found):
        return list(await asyncio.gather(*(_awaited(run, item) for item in found)))
    return found


def source_of(field: Field, arguments: Arguments) -> Source:
    """The source of a field that reads no store."""
    definition = field.strawberry
    if definition is not None and definition.is_basic_field and definition.default_resolver is getattr:
        return Attribute(definition.python_name)
    function = function_of_row(field)
    return Resolver(field, arguments) if function is None else Function(function)


def function_of_row(field: Field) -> Callable[[Any], Any] | None:
    """The resolver of a field, if it is a plain function of its parent and of nothing else."""
    definition = field.strawberry
    if definition is None or definition.extensions or definition.is_async or field.definition.args:
        return None
    resolver = definition.base_resolver
    if resolver is None or resolver.parent_parameter is None or resolver.info_parameter is not None:
        return None
    if len(resolver.signature.parameters) != 1:
        return None
    function: Callable[[Any], Any] = resolver.wrapped_func
    return function
