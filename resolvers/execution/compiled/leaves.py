"""Leaf values: how a scalar or an enum becomes a JSON value, as a function and as generated code."""

from collections.abc import Callable
from typing import Any, NamedTuple

from graphql import GraphQLEnumType, GraphQLLeafType, Undefined

from resolvers.execution.compiled.values import NullInNonNull

Serializer = Callable[[Any], Any]


class LeafCode(NamedTuple):
    """Generated code for values that are as they should be. `test`: an expression that holds for them, `value`: the
    JSON value. Both have `{v}` in the place of the variable. All other values go through the serializer."""

    test: str
    value: str = "{v}"


INT = LeafCode("{v}.__class__ is int and -2147483648 <= {v} <= 2147483647")
TEXT = LeafCode("{v}.__class__ is str")
COERCED = LeafCode("{v}.__class__ is {c}", "{f}({v})")
BUILT_IN = {
    "String": TEXT,
    "ID": TEXT,
    "Int": INT,
    "Float": LeafCode("{v}.__class__ is float and {v} - {v} == 0.0"),  # neither NaN nor infinite
    "Boolean": LeafCode("{v}.__class__ is bool"),
}
"""Values of these types that need no conversion (GraphQL spec, "Scalars")."""

LENGTHS = {"DateTime": 24, "UUID": 36, "Date": 10}
"""Characters of the values of scalars whose texts are all of one length (`resolvers/types/scalars.py`)."""


def leaf_code(kind: GraphQLLeafType, python_class: type | None) -> LeafCode | None:
    """The code for values of this type; None if each of them goes through the serializer. `{c}` stands for the class of
    the values of an enum or a custom scalar, `{f}` for the function that coerces them."""
    if isinstance(kind, GraphQLEnumType):
        members = getattr(kind, "wrapped_cls", None)
        if members is None or any(name not in members.__members__ for name in kind.values):
            return None
        plain = all(each.name == name for name, each in members.__members__.items())  # no aliases
        same = {each.name: each.value for each in members} == {name: each.value for name, each in kind.values.items()}
        return LeafCode("{v}.__class__ is {c}", "{v}._name_") if plain and same else None
    return BUILT_IN.get(kind.name) or (None if python_class is None else COERCED)


def serializer_of(kind: GraphQLLeafType, *, non_null: bool) -> Serializer:
    """A function that returns the JSON value of a value, and raises what is wrong with it."""
    coerce = kind.coerce_output_value

    def serialize(value: Any) -> Any:
        if value is None or value is Undefined:
            if non_null:
                raise NullInNonNull
            return None
        if isinstance(value, Exception):
            raise value
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            raise TypeError(f"Expected `{kind!r}.coerce_output_value({value!r})` to return non-nullable value")
        return coerced

    return serialize
