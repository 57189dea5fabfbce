"""What is handed to resolvers: a Peer for a request or a socket, a Context for each operation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import strawberry

from resolvers.data.dataloaders import Loaders
from resolvers.health import Health
from resolvers.subscriptions.topics import TopicRegistry
from resolvers.viewer import Viewer
from stores.ports.stores import Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Who asks, and out of what. `trace`: the answer tells its store calls."""

    stores: Stores
    viewer: Viewer
    health: Health
    topics: TopicRegistry
    deadlines: Mapping[str, timedelta]
    now: Callable[[], datetime]
    trace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One operation of a peer: its loaders live exactly as long."""

    peer: Peer
    viewer: Viewer
    loaders: Loaders

    @classmethod
    def of(cls, peer: Peer) -> "Context":
        loaders = Loaders(peer.stores, peer.deadlines, peer.health, peer.viewer)
        return cls(peer=peer, viewer=peer.viewer, loaders=loaders)


Info = strawberry.Info[Context, Any]
