"""Mutations on the invented school."""

from typing import Any
from uuid import UUID

from resolvers.context import Peer
from resolvers.schema import build_schema
from resolvers.viewer import Role, Viewer
from stores.domain.events import Event
from stores.ports.stores import Stores
from tests.resolvers import world

SCHEMA = build_schema()
ADA_ID, BEN_ID = "TGVhcm5lcjpsZWFybmVyLWFkYQ==", "TGVhcm5lcjpsZWFybmVyLWJlbg=="
IN_ALGEBRA = str(world.registration(world.ALGEBRA, 0))
"""Ada's registration."""
BEN_IN_BOTANY = str(world.registration(world.BOTANY, 1))
"""Ben's registration. He has withdrawn."""


class School:
    def __init__(self, stores: Stores) -> None:
        self.stores = stores

    async def write(
        self, query: str, given: dict[str, Any], viewer: Viewer | None = None, *, peer: Peer | None = None
    ) -> Any:
        """Run a mutation and return its payload. `peer`: instead of the viewer's usual one."""
        peer = peer or world.peer_of(self.stores, viewer or world.admin(), trace=False)
        result = await SCHEMA.execute(query, variable_values={"input": given}, context_value=peer)
        assert result.errors is None, result.errors
        assert result.data is not None
        (payload,) = result.data.values()
        return payload

    async def kept(self, *numbers: int) -> list[Event]:
        """The events with these ids that the ledger has."""
        found = await self.stores.progress.ledger([UUID(int=number) for number in numbers])
        return [found[UUID(int=number)] for number in numbers if UUID(int=number) in found]


def service(*scopes: str) -> Viewer:
    return Viewer(subject="importer", role=Role.SERVICE, scopes=frozenset(scopes))


def uuid(number: int) -> str:
    return str(UUID(int=number))
