"""Entities: the types that other subgraphs refer to by a key, and how a representation of one is looked up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLSchema, assert_object_type

from resolvers.errors import bad_input
from resolvers.federation.field_sets import coerced, is_given, parse_field_set
from resolvers.query_root import found_or_forbidden
from resolvers.types.store_field import Lookup, RootStoreField
from resolvers.viewer import Viewer

LookupOf = Callable[[Viewer, Mapping[str, Any]], Lookup]
"""What to read for a representation: a viewer, and the representation with the values of its key coerced."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A GraphQL type that is an entity: its lookup by each of its keys, which are field sets (`@key(fields: …)`)."""

    type: type
    keys: Mapping[str, LookupOf]

    @property
    def name(self) -> str:
        """The name of the type."""
        name: str = self.type.__strawberry_definition__.name  # type: ignore[attr-defined]
        return name


def entity_field(entities: Sequence[Entity]) -> RootStoreField:
    """The declaration that reads the entity of a representation as a root field does, with the same permissions.
    BAD_USER_INPUT for a malformed representation."""
    keys_of = {
        entity.name: [(parse_field_set(fields), lookup) for fields, lookup in entity.keys.items()]
        for entity in entities
    }

    def lookup_entity(viewer: Viewer, *, schema: GraphQLSchema, representation: object) -> Lookup:
        name = representation.get("__typename") if isinstance(representation, dict) else None
        if not isinstance(representation, dict) or not isinstance(name, str) or name not in keys_of:
            raise bad_input("a representation is an object with the __typename of an entity")
        kind = assert_object_type(schema.type_map[name])
        for fields, lookup in keys_of[name]:
            if is_given(fields, representation):
                return lookup(viewer, {**representation, **coerced(fields, kind, representation)})
        raise bad_input(f"a representation of {name} has all fields of one of its keys")

    return RootStoreField(lookup=lookup_entity, view=found_or_forbidden)
