"""What the fields of a schema cost: `@cost` and `@listSize`, read once for each schema."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from graphql import (
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

from resolvers.types.cost_directives import Cost, ListSize
from resolvers.types.store_field import StoreField

COST_RULES = "cost_rules"
"""Where a schema of graphql-core has its `CostRules`, in `extensions`."""
UNSIZED = 1
"""The assumed size of a list without `@listSize`."""
OBJECT_FIELD = 1.0
"""The weight of a field of an object type without `@cost`; that of any other field is 0."""
Path = tuple[str, ...]
"""The name of an argument, and perhaps of a field in it."""
D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class SizeRule:
    """How long a list is: as the first of the `slices` in the arguments says, else `assumed`. The list is that of the
    field itself, or those of its object that are named in `fields`."""

    assumed: int
    slices: tuple[Path, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What a field costs. `returns` is the type of its objects, None for scalars and enums.

    `inputs` are lists in its arguments, with the weight of each element. `defaults` are those of its arguments.
    `count(arguments)` says how long its list is, if the field has a function for that.
    """

    field: GraphQLField
    weight: float
    returns: GraphQLNamedType | None
    is_list: bool
    sizes: tuple[SizeRule, ...]
    inputs: tuple[tuple[Path, float], ...]
    defaults: Mapping[str, Any]
    count: Callable[[Mapping[str, Any]], int] | None


CostRules = Mapping[str, Mapping[str, FieldRule]]
"""The rules of all fields, by type and name."""


def cost_rules(schema: GraphQLSchema) -> CostRules:
    """The rules of a schema that strawberry built."""
    return {
        name: {field_name: _rule(field) for field_name, field in kind.fields.items()}
        for name, kind in schema.type_map.items()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__")
    }


def _rule(field: GraphQLField) -> FieldRule:
    cost = next(_directives(field, Cost), None)
    named = get_named_type(field.type)
    is_object = is_composite_type(named)
    declared = getattr(field.extensions.get("strawberry-definition"), "metadata", {}).get("store_field")
    return FieldRule(
        field=field,
        weight=(OBJECT_FIELD if is_object else 0.0) if cost is None else float(cost.weight),
        returns=named if is_object else None,
        is_list=is_list_type(get_nullable_type(field.type)),
        sizes=tuple(
            SizeRule(
                assumed=size.assumed_size or UNSIZED,
                slices=tuple(tuple(path.split(".")) for path in size.slicing_arguments or ()),
                fields=tuple(size.sized_fields or ()),
            )
            for size in _directives(field, ListSize)
        ),
        inputs=tuple(_weighted_inputs(field)),
        defaults={name: argument.default_value for name, argument in field.args.items()},
        count=declared.count if isinstance(declared, StoreField) else None,
    )


def _weighted_inputs(field: GraphQLField) -> Iterator[tuple[Path, float]]:
    for name, argument in field.args.items():
        kind = get_named_type(argument.type)
        if isinstance(kind, GraphQLInputObjectType):
            for part, each in kind.fields.items():
                for cost in _directives(each, Cost):
                    yield (name, part), float(cost.weight)


def _directives(field: GraphQLField | GraphQLInputField, kind: type[D]) -> Iterator[D]:
    definition = field.extensions.get("strawberry-definition")
    return (each for each in getattr(definition, "directives", None) or () if isinstance(each, kind))
