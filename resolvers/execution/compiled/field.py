"""A field of a plan: what the operation selects under one response name of an object type."""

from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLNonNull, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """`position` are the response names from the root to this one; `details` are the selections that are merged under
    it, as graphql-core collects them; `strawberry` is the definition of the field, None for one that strawberry did not
    define."""

    position: tuple[str, ...]
    parent: GraphQLObjectType
    definition: GraphQLField
    details: list[FieldDetails]
    strawberry: Any

    @property
    def key(self) -> str:
        """The response name."""
        return self.position[-1]

    @property
    def name(self) -> str:
        """The name of the field in the schema."""
        return self.details[0].node.name.value

    @property
    def nodes(self) -> list[FieldNode]:
        """The selections in the document, for the locations of errors."""
        return [each.node for each in self.details]

    @property
    def non_null(self) -> bool:
        """Whether the type of the field excludes null."""
        return isinstance(self.definition.type, GraphQLNonNull)
