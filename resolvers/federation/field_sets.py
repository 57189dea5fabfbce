"""Field sets of keys, such as `sku variation { id }`: which representations have them, and their values."""

from collections.abc import Mapping
from typing import Any, cast

from graphql import GraphQLObjectType, SelectionSetNode, assert_leaf_type, get_named_type, parse
from graphql.language import FieldNode, OperationDefinitionNode

from resolvers.errors import bad_input

FieldSet = Mapping[str, Any]
"""The names of fields, each with the `FieldSet` beneath it, which is empty for a scalar."""


def parse_field_set(text: str) -> FieldSet:
    """The field set of a `@key(fields: …)`. GraphQLSyntaxError if it is not one."""
    operation = cast("OperationDefinitionNode", parse(f"{{ {text} }}").definitions[0])
    return _names(operation.selection_set)


def _names(selected: SelectionSetNode) -> FieldSet:
    return {
        field.name.value: {} if field.selection_set is None else _names(field.selection_set)
        for field in selected.selections
        if isinstance(field, FieldNode)
    }


def is_given(fields: FieldSet, given: object) -> bool:
    """Whether a part of a representation has a value for each of the fields."""
    return isinstance(given, dict) and all(
        given.get(name) is not None and (not beneath or is_given(beneath, given[name]))
        for name, beneath in fields.items()
    )


def coerced(fields: FieldSet, kind: GraphQLObjectType, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the fields, as the scalars of the type parse them. BAD_USER_INPUT for a value that does not fit."""
    return {name: _value(beneath, kind, name, given[name]) for name, beneath in fields.items()}


def _value(beneath: FieldSet, kind: GraphQLObjectType, name: str, given: Any) -> Any:
    found = get_named_type(kind.fields[name].type)
    if beneath and isinstance(found, GraphQLObjectType):
        return coerced(beneath, found, given)
    try:
        return assert_leaf_type(found).coerce_input_value(given)
    except Exception:  # a scalar's parser may raise anything
        raise bad_input(f"{kind.name}.{name} is not a valid {found.name}") from None
