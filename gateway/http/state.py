"""The state of the process that the lifespan hands to each request."""

import asyncio
from typing import TypedDict

from gateway.http.auth.open_streams import OpenStreams
from gateway.http.auth.revocation_watch import RevocationWatch
from gateway.http.bounds.background_writes import BackgroundWrites
from gateway.http.rates.rate_limit import RateLimit
from gateway.resilience.store_guards import StoreGuards
from resolvers.data.shared_reads.last_good import LastGood
from resolvers.data.shared_reads.shared_reads import SharedReads
from resolvers.health import Health
from resolvers.subscriptions.topics import TopicRegistry
from stores.ports.stores import Stores


class AppState(TypedDict):
    """What lives as long as the process. `stopping` is set when the server begins to stop: event streams end then.
    `rate_limit`: None if there is none. `shared`: None if operations share nothing. `last_good`:
    None if operations are served nothing of stores that fail."""

    stores: Stores
    shared: SharedReads | None
    last_good: LastGood | None
    health: Health
    guards: StoreGuards
    topics: TopicRegistry
    background_writes: BackgroundWrites
    rate_limit: RateLimit | None
    revocations: RevocationWatch
    open_streams: OpenStreams
    stopping: asyncio.Event
