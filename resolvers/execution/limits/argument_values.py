"""How long the list is that a field's arguments ask for, read from the document: no argument is coerced twice."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from graphql import FieldNode, IntValueNode, ListValueNode, ObjectValueNode, ValueNode, VariableNode

COMPARABLE = (UUID, str)
"""Types of values that are compared as they are: the text of a UUID takes ten times as long. No two types of values
are mixed in one place."""


def size_in_arguments(
    node: FieldNode, path: tuple[str, ...], variables: Mapping[str, Any], defaults: Mapping[str, Any]
) -> int | None:
    """The number at this path in a field's arguments, or the length of the list there; None if there is neither.

    A path that leads through a list counts the different values in its elements."""
    name, *rest = path
    for argument in node.arguments or ():
        if argument.name.value == name:
            return _size_of_node(argument.value, rest, variables, defaults.get(name))
    return _size_of_value(defaults.get(name), rest)


def _size_of_node(node: ValueNode, path: list[str], variables: Mapping[str, Any], default: Any) -> int | None:
    if isinstance(node, VariableNode):
        return _size_of_value(variables.get(node.name.value, default), path)
    if path and isinstance(node, ListValueNode):
        return len({_shown(_member(each, path[0]), variables) for each in node.values})
    if path:
        found = _member(node, path[0])
        return None if found is None else _size_of_node(found, path[1:], variables, None)
    if isinstance(node, IntValueNode):
        return int(node.value)
    return len(node.values) if isinstance(node, ListValueNode) else None


def _member(node: ValueNode, name: str) -> ValueNode | None:
    """The value of a field of an input object."""
    fields = node.fields if isinstance(node, ObjectValueNode) else ()
    return next((field.value for field in fields if field.name.value == name), None)


def _shown(node: ValueNode | None, variables: Mapping[str, Any]) -> str:
    if isinstance(node, VariableNode):
        return str(variables.get(node.name.value))
    return str(getattr(node, "value", None))


def _comparable(value: Any) -> Any:
    return value if type(value) in COMPARABLE else str(value)


def _size_of_value(value: Any, path: list[str]) -> int | None:
    if path and isinstance(value, list):
        return len({_comparable(each.get(path[0])) for each in value if isinstance(each, Mapping)})
    if path:
        return _size_of_value(value.get(path[0]), path[1:]) if isinstance(value, Mapping) else None
    if isinstance(value, int):
        return value
    return len(value) if isinstance(value, list) else None
