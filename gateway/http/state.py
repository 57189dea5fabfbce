import asyncio
from typing import TypedDict

from resolvers.health import Health
from resolvers.subscriptions.topics import TopicRegistry
from stores.ports.stores import Stores


class State(TypedDict):
    """What lives as long as the process, from the lifespan to every request. `leaving` is set when the server begins to
    stop: what would go on for ever ends then."""

    stores: Stores
    health: Health
    topics: TopicRegistry
    leaving: asyncio.Event
