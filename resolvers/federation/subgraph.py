"""The root fields of a subgraph: `_entities` and `_service` (Apollo Federation, "Subgraph specification")."""

from collections.abc import Sequence
from typing import Annotated, Any, Union

import strawberry
from graphql import GraphQLSchema

from resolvers import permissions
from resolvers.context import Info
from resolvers.errors import bad_input, forbidden
from resolvers.federation.entities import Entity, entity_field
from resolvers.types.cost_directives import sized_by
from resolvers.types.root_list_field import root_list_field
from resolvers.types.scalars import Representation

MOST_REPRESENTATIONS = 1_000
"""Of one request. A router sends one for each row of a page, or of several pages."""


@strawberry.type(name="_Service", description="This subgraph, for the composition of a federated graph.")
class Subgraph:
    """The type of `_service`."""

    sdl: str = strawberry.field(description="The schema with its keys, in GraphQL's schema definition language.")


def each_representation(
    schema: GraphQLSchema,
    *,
    representations: Annotated[
        list[Representation], strawberry.argument(description="The type and the key of each entity.")
    ],
) -> list[dict[str, Any]]:
    """The elements of `_entities`."""
    if len(representations) > MOST_REPRESENTATIONS:
        raise bad_input(f"at most {MOST_REPRESENTATIONS:,} representations")
    return [{"schema": schema, "representation": each} for each in representations]


def subgraph_query(query: type, entities: Sequence[Entity], sdl: str) -> type:
    """The query type with the root fields of a subgraph, whose schema is `sdl`."""
    find_entities = root_list_field(
        name="_entities",
        element=entity_field(entities),
        elements=each_representation,
        returns=list[_union_of(entities) | None],  # type: ignore[misc]
        description=f"The entities with these keys, at most {MOST_REPRESENTATIONS:,}, in this order. For routers. Each "
        "null has its own error; NOT_FOUND if an ADMIN requests an object that does not exist.",
        directives=[sized_by("representations", assumed=100)],
    )

    @strawberry.field(
        name="_service",
        description="The schema of this subgraph. For an ADMIN, a SERVICE with the scope `schema:read`, and all who "
        "may introspect.",
        graphql_type=Subgraph,
    )
    def describe(self: Any, info: Info) -> Any:
        context = info.context
        if not permissions.may_read_schema(context.viewer, context.peer.limits):
            raise forbidden()
        return Subgraph(sdl=sdl)

    fields = {"find_entities": find_entities, "describe": describe}
    description = query.__strawberry_definition__.description  # type: ignore[attr-defined]
    return strawberry.type(type("Query", (query,), fields), description=description)


def _union_of(entities: Sequence[Entity]) -> Any:
    kinds = tuple(entity.type for entity in entities)
    return Annotated[Union[kinds], strawberry.union("_Entity", description="An entity of this subgraph.")]  # noqa: UP007
