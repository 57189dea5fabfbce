"""`@cost` and `@listSize`: what the fields of the schema cost (IBM GraphQL Cost Directives,
ibm.github.io/graphql-specs/cost-spec.html).

The SDL shows them, and the cost of an operation is computed from them.
"""

import strawberry
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    name="cost",
    locations=[Location.FIELD_DEFINITION, Location.INPUT_FIELD_DEFINITION],
    description="What a field adds to the cost of an operation, for each object that has it; on an input field, what "
    "each element of its list adds. Without it a field of an object type costs 1 and any other field nothing.",
)
class Cost:
    """The weight of a field: a number, written as a string as the specification asks."""

    weight: str = strawberry.directive_field(name="weight")


@strawberry.schema_directive(
    name="listSize",
    locations=[Location.FIELD_DEFINITION],
    repeatable=True,
    description="How many elements a list has at most: as many as a slicing argument says (a number, the length of a "
    "list, or the number of different values in one), or else `assumedSize`. With `sizedFields`, it is the size of "
    "these lists of the returned object.",
)
class ListSize:
    """The size of a list, or of the lists in the object that a field returns."""

    assumed_size: int | None = strawberry.directive_field(name="assumedSize", default=strawberry.UNSET)
    slicing_arguments: list[str] | None = strawberry.directive_field(name="slicingArguments", default=strawberry.UNSET)
    sized_fields: list[str] | None = strawberry.directive_field(name="sizedFields", default=strawberry.UNSET)
    require_one_slicing_argument: bool | None = strawberry.directive_field(
        name="requireOneSlicingArgument", default=strawberry.UNSET
    )


def page_size(default: int) -> ListSize:
    """The size of a connection: `first`, or its default."""
    return ListSize(
        assumed_size=default,
        slicing_arguments=["first"],
        sized_fields=["edges"],
        require_one_slicing_argument=False,
    )


def sized_by(slicing_argument: str, *, assumed: int, fields: list[str] | None = None) -> ListSize:
    """The size of a list: the length of an argument, by its path; `fields` are the lists of the returned object."""
    return ListSize(
        assumed_size=assumed,
        slicing_arguments=[slicing_argument],
        sized_fields=strawberry.UNSET if fields is None else fields,
        require_one_slicing_argument=False,
    )
