"""The gateway as a subgraph over the invented school, and requests as a router sends them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from resolvers.limits import DEFAULT_LIMITS, Limits
from resolvers.schema import build_subgraph
from resolvers.viewer import Role, Viewer
from stores.errors import Unavailable
from tests.resolvers import world
from tests.resolvers.queries import BrokenStore

SUBGRAPH = build_subgraph()
ENTITIES = """query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename
  ... on Learner { learnerId displayName } ... on Course { key title } ... on Enrollment { registration state } } }"""


def router(*scopes: str) -> Viewer:
    return Viewer(subject="router", role=Role.SERVICE, scopes=frozenset(scopes))


def learner(key: str) -> dict[str, object]:
    return {"__typename": "Learner", "learnerId": key}


def course(key: str) -> dict[str, object]:
    return {"__typename": "Course", "key": key}


def enrollment(number: int, key: str = world.ALGEBRA) -> dict[str, object]:
    return {"__typename": "Enrollment", "registration": str(world.registration(key, number))}


async def entities(
    representations: Sequence[object], viewer: Viewer, *, down: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> Any:
    """The result of `_entities`, which lists its store calls in its extensions."""
    stores = await world.open_school()
    if down is not None:
        stores = replace(stores, **{down: BrokenStore(lambda: Unavailable(down, "hunter2"))})
    given = {"representations": list(representations)}
    peer = replace(world.peer_of(stores, viewer), limits=limits)
    return await SUBGRAPH.execute(ENTITIES, variable_values=given, context_value=peer)


def codes(result: Any) -> dict[tuple[Any, ...], str]:
    return {tuple(error.path): error.extensions["code"] for error in result.errors or []}
