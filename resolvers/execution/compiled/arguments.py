"""The arguments of a field: the same for all rows of a level, so they are coerced and converted once."""

from typing import Any

from graphql.execution.values import get_argument_values
from strawberry import Info
from strawberry.types.arguments import convert_argument

from resolvers.documents.event_variables import variables_in
from resolvers.execution.compiled.field import Field
from resolvers.execution.compiled.run import Run
from resolvers.strawberry_internals import scalar_registry
from resolvers.types.scalars import CONFIG


class Arguments:
    """The arguments of one field in a document. Those without variables are converted once for all operations."""

    __slots__ = ("_constant", "_field", "_known", "_types")

    def __init__(self, field: Field) -> None:
        self._field = field
        first = field.details[0]
        self._constant = first.fragment_variable_values is None and not variables_in(first.node.arguments or ())
        self._known: dict[str, Any] | None = {} if not field.definition.args else None
        arguments = [] if field.strawberry is None else field.strawberry.arguments
        # Strawberry finds the type of an argument anew whenever it is asked for.
        self._types = [(CONFIG.name_converter.from_argument(each), each.python_name, each.type) for each in arguments]

    def coerced(self, run: Run) -> dict[str, Any]:
        """The values as graphql-core passes them to a resolver. Raises the error of a value that does not fit."""
        field, first = self._field, self._field.details[0]
        if not field.definition.args:
            return {}
        return get_argument_values(
            field.definition,
            first.node,
            run.executor.variable_values,
            first.fragment_variable_values,
            run.executor.hide_suggestions,
        )

    def converted(self, run: Run, info: "Info[Any, Any] | None" = None) -> dict[str, Any]:
        """The values as strawberry passes them to a resolver, by the names of its parameters."""
        if self._known is not None:
            return self._known
        values, scalars = self.coerced(run), scalar_registry(run.executor.schema)
        converted = {
            parameter: convert_argument(values[name], kind, scalars, CONFIG, info, path=(name,))
            for name, parameter, kind in self._types
            if name in values
        }
        if self._constant:
            self._known = converted
        return converted
