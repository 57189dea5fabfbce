"""Functions that coerce the values of input types, generated once for each type.

graphql-core walks the type anew for each value. A generated function does the same work without asking what each type
is. It returns the value that graphql-core returns, or raises an exception for any value that graphql-core refuses and
for a few that it accepts (an iterable that is no list, for example): graphql-core then coerces the value itself.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias, cast

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    Undefined,
    is_required_input_field,
)
from graphql.utilities.coerce_input_value import coerce_default_value

from stores.domain.generated_code import function_of

Coercer: TypeAlias = Callable[[Any], Any]
INPUT_COERCERS = "input_coercers"
MAX_DEPTH = 200
"""graphql-core refuses values that are nested deeper."""
SAME_AS_GIVEN = {
    GraphQLBoolean: "{0} is True or {0} is False",
    GraphQLFloat: "type({0}) is float and -inf < {0} < inf",
    GraphQLID: "type({0}) is str",
    GraphQLInt: f"type({{0}}) is int and {GRAPHQL_MIN_INT} <= {{0}} <= {GRAPHQL_MAX_INT}",
    GraphQLString: "type({0}) is str",
}
"""By scalar: the condition on which the coerced value is the given one."""
ONE_VALUE = (str, int, float, dict)
"""Types of values that stand for a list of one."""


class NotCoerced(Exception):
    """There is no function for this type or this value. graphql-core coerces it."""


def misfit() -> Any:
    """Refuse a value. An expression, unlike `raise`."""
    raise NotCoerced


class InputCoercers:
    """The functions of one schema, by named type. Types are compiled when they are first used. The schema of
    graphql-core keeps them in its `extensions`."""

    @classmethod
    def of(cls, schema: GraphQLSchema) -> "InputCoercers":
        """Those of this schema."""
        found: InputCoercers | None = schema.extensions.get(INPUT_COERCERS)
        if found is None:
            found = schema.extensions[INPUT_COERCERS] = cls()
        return found

    def __init__(self) -> None:
        self._named: dict[str, tuple[Coercer, int] | None] = {}

    def coercer(self, kind: GraphQLInputType) -> Coercer:
        """The function for values of this type; it is not given Undefined. `NotCoerced`: the type refers to itself or
        is nested too deeply, so that the depth of each value must be counted, or it has an invalid default."""
        coercer, depth = self._compiled(kind)
        if depth > MAX_DEPTH:
            raise NotCoerced
        return coercer

    def _compiled(self, kind: GraphQLInputType) -> tuple[Coercer, int]:
        """The function, and how deep its values are nested."""
        if isinstance(kind, GraphQLNonNull):
            coercer, depth = self._compiled(kind.of_type)
            return _not_null(coercer), depth
        if isinstance(kind, GraphQLList):
            coercer, depth = self._compiled(kind.of_type)
            return _list_of(coercer), depth + 1
        if kind.name not in self._named:
            self._named[kind.name] = None  # until it is compiled: found again, the type refers to itself
            self._named[kind.name] = self._of_named(kind)
        found = self._named[kind.name]
        if found is None:
            raise NotCoerced
        return found

    def _of_named(self, kind: "GraphQLInputObjectType | GraphQLLeafType") -> tuple[Coercer, int]:
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind)
        coercer = _enum(kind) if isinstance(kind, GraphQLEnumType) else partial(_scalar, kind.coerce_input_value)
        return lambda value: None if value is None else coercer(value), 0

    def _object(self, kind: GraphQLInputObjectType) -> tuple[Coercer, int]:
        """Fields are coerced in the order of the type."""
        names: dict[str, Any] = {"Undefined": Undefined, "inf": math.inf, "misfit": misfit}
        lines = [
            "def coerce(value):",
            " if value is None: return None",
            " if not isinstance(value, dict): misfit()",
            " get, found, known = value.get, {}, 0",
        ]
        depth = 0
        for place, (name, field) in enumerate(kind.fields.items()):
            key, required = repr(field.out_name or name), is_required_input_field(field)
            names[f"coerce{place}"], its_depth = self._compiled(field.type)
            depth = max(depth, its_depth + 1)
            lines += [
                f" given = get({name!r}, Undefined)",
                " if given is not Undefined:",
                "  known += 1",
                f"  found[{key}] = {_expression(field.type, f'coerce{place}')}",
            ]
            if required:
                lines.append(" else: misfit()")
            elif (default := _default(field)) is not Undefined:
                names[f"default{place}"] = default
                lines.append(f" else: found[{key}] = default{place}")
        lines.append(" if known != len(value): misfit()")  # fields that the type does not have
        if kind.is_one_of:
            lines.append(" if known != 1 or len(found) != 1 or [*found.values()][0] is None: misfit()")
        if kind.out_type is GraphQLInputObjectType.out_type:
            lines.append(" return found")
        else:
            names["made"] = kind.out_type
            lines.append(" return made(found)")
        return function_of(lines, "coerce", names), depth


def _default(field: Any) -> Any:
    try:
        return coerce_default_value(field)
    except TypeError:  # graphql-core reports it for each value that has not the field
        raise NotCoerced from None


def _expression(kind: GraphQLInputType, coercer: str) -> str:
    """An expression for the coerced value of `given`, without a call where the value stays as it is."""
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    condition = SAME_AS_GIVEN.get(cast("Any", inner))
    if condition is None:
        return f"{coercer}(given)"
    if inner is kind:
        condition = f"given is None or {condition}"
    return f"given if {condition.format('given')} else {coercer}(given)"


def _scalar(coerce: Coercer, value: Any) -> Any:
    coerced = coerce(value)
    return misfit() if coerced is Undefined else coerced


def _enum(kind: GraphQLEnumType) -> Coercer:
    values: Mapping[str, Any] = {name: kind.coerce_input_value(name) for name in kind.values}
    return values.__getitem__


def _not_null(coercer: Coercer) -> Coercer:
    def coerce(value: Any) -> Any:
        return misfit() if value is None else coercer(value)

    return coerce


def _list_of(coercer: Coercer) -> Coercer:
    def coerce(value: Any) -> Any:
        if value is None:
            return None
        if type(value) is list:
            return [misfit() if each is Undefined else coercer(each) for each in value]
        return [coercer(value)] if isinstance(value, ONE_VALUE) else misfit()

    return coerce
