"""Inputs that come by the hundred, made without Strawberry's walk over their fields (the longest part of a request)."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from strawberry.types import get_object_definition
from strawberry.types.arguments import InputContext
from strawberry.utils.str_converters import to_camel_case

T = TypeVar("T", bound=type)


def builds(command: Callable[..., Any]) -> Callable[[T], T]:
    """Makes a `strawberry.input` build `command` in place of an instance of its own class.

    For inputs whose fields are scalars and enums with the names of the command's fields: graphql-core has converted
    those already.
    """

    def decorate(kind: T) -> T:
        definition = get_object_definition(kind, strict=True)
        names = {to_camel_case(field.python_name): field.python_name for field in definition.fields}

        def build(_kind: type, given: Mapping[str, Any], _: InputContext) -> Any:
            return command(**{names[name]: value for name, value in given.items()})

        definition.from_input = build
        return kind

    return decorate
