from typing import TypedDict

from resolvers.health import Health
from resolvers.watching import Watches
from stores.ports.stores import Stores


class State(TypedDict):
    """What lives as long as the process, from the lifespan to every request."""

    stores: Stores
    health: Health
    watches: Watches
