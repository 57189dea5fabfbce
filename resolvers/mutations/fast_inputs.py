"""Inputs that come by the hundred, made without Strawberry's walk over their fields (the longest part of a request)."""

from collections.abc import Callable
from typing import Any, TypeVar

from strawberry.types import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from stores.domain.generated_code import function_of

T = TypeVar("T", bound=type)


def builds(command: Callable[..., Any], **lists: type) -> Callable[[T], T]:
    """Makes a `strawberry.input` build `command` in place of an instance of its own class.

    For inputs whose fields have the names of the command's fields, and are scalars, enums, or lists of inputs that
    build commands themselves: `lists` has their types, by field. graphql-core has converted all others. A field that is
    absent is None in the command. The function is generated: one call with all fields, by the names of the class.
    """

    def decorate(kind: T) -> T:
        definition = get_object_definition(kind, strict=True)
        names: dict[str, Any] = {"command": command}
        arguments = []
        for field in definition.fields:
            name = field.python_name
            value = f"get({to_camel_case(name)!r})"
            if name in lists:
                names[f"kind_{name}"] = lists[name]
                names[f"build_{name}"] = get_object_definition(lists[name], strict=True).from_input
                value = f"[build_{name}(kind_{name}, each, context) for each in {value}]"
            arguments.append(f"{name}={value}")
        code = f"def build(_, given, context):\n get = given.get\n return command({', '.join(arguments)})"
        definition.from_input = function_of([code], "build", names)
        return kind

    return decorate
