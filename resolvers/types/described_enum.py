"""Registers an enum with a description of each of its values."""

from collections.abc import Mapping
from enum import Enum

import strawberry


def describe_enum(kind: type[Enum], description: str, values: Mapping[str, str], *, name: str | None = None) -> None:
    """Register an enum as the GraphQL enum `name`, by default that of the class. `values` describes each member.
    `KeyError` if one is not described."""
    for member in kind:  # `strawberry.enum` takes the descriptions and restores the values
        member._value_ = strawberry.enum_value(member.value, description=values[member.name])
    strawberry.enum(kind, name=name, description=description)
