"""Inputs that come by the hundred: made without Strawberry's walk over their fields, the longest part of a request."""

from collections.abc import Mapping
from typing import Any, TypeVar

from strawberry.types import get_object_definition
from strawberry.types.arguments import InputContext
from strawberry.utils.str_converters import to_camel_case

T = TypeVar("T", bound=type)


def of_leaves(kind: T) -> T:
    """A `strawberry.input` whose fields are scalars and enums: graphql-core has read those already, so nothing is left
    to convert but the names."""
    definition = get_object_definition(kind, strict=True)
    names = {to_camel_case(field.python_name): field.python_name for field in definition.fields}

    def build(made: type, given: Mapping[str, Any], _: InputContext) -> Any:
        return made(**{names[name]: value for name, value in given.items()})

    definition.from_input = build
    return kind
