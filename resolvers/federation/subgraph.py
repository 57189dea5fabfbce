"""The root fields of a subgraph: `_entities` and `_service` (Apollo Federation, "Subgraph specification")."""

from collections.abc import Sequence
from typing import Annotated, Any, Union

import strawberry

from resolvers import permissions
from resolvers.context import Info
from resolvers.errors import bad_input, forbidden
from resolvers.federation.entities import Entity, reader
from resolvers.query_root import found_each
from resolvers.types.cost_directives import sized_by
from resolvers.types.scalars import Representation

MOST_REPRESENTATIONS = 1_000
"""Of one request. A router sends one for each row of a page, or of several pages."""


@strawberry.type(name="_Service", description="This subgraph, for the composition of a federated graph.")
class Subgraph:
    """The type of `_service`."""

    sdl: str = strawberry.field(description="The schema with its keys, in GraphQL's schema definition language.")


def subgraph_query(query: type, entities: Sequence[Entity], sdl: str) -> type:
    """The query type with the root fields of a subgraph, whose schema is `sdl`."""
    read = reader(entities)

    @strawberry.field(
        name="_entities",
        description=f"The entities with these keys, at most {MOST_REPRESENTATIONS:,}, in this order. For routers. Each "
        "null has its own error; NOT_FOUND if an ADMIN requests an object that does not exist.",
        graphql_type=list[_union_of(entities) | None],  # type: ignore[misc]
        directives=[sized_by("representations", assumed=100)],
    )
    async def find_entities(
        self: Any,
        info: Info,
        representations: Annotated[
            list[Representation], strawberry.argument(description="The type and the key of each entity.")
        ],
    ) -> Any:
        if len(representations) > MOST_REPRESENTATIONS:
            raise bad_input(f"at most {MOST_REPRESENTATIONS:,} representations")
        return await found_each(read(info, each) for each in representations)

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
