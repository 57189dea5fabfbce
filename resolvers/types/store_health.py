"""StoreHealth: the state of a store, as the gateway last saw it."""

from datetime import datetime

import strawberry

from resolvers.health import StoreState
from resolvers.types.described_enum import describe_enum

describe_enum(
    StoreState,
    "Whether a store answers.",
    {
        "LIVE": "The ping succeeded.",
        "DEGRADED": "The ping succeeded, but it was slow, a call failed in the last 30 seconds, or the store is being "
        "rebuilt.",
        "DOWN": "The ping failed.",
    },
)


@strawberry.type(description="The state of one store.")
class StoreHealth:
    """A view of `resolvers.health.StoreHealth`."""

    store: str = strawberry.field(description="The name of the store, as in errors and traces.")
    backend: str = strawberry.field(description="The database that serves it.")
    state: StoreState = strawberry.field(description="Whether it answers.")
    latency_ms: float | None = strawberry.field(description="The duration of the ping; null if it failed.")
    last_error_at: datetime | None = strawberry.field(description="When a call of this gateway process last failed.")
    backlog: int | None = strawberry.field(
        description="The number of commits in the outbox that the relay has not delivered to this store; null if the "
        "store does not follow the outbox, or if the number is not known."
    )
    lag_seconds: float | None = strawberry.field(description="The age of the oldest of them; null as `backlog`.")
    rebuilt: float | None = strawberry.field(
        description="The share (0…1) of the store that is rebuilt from the ledger; null unless a rebuild is under way. "
        "Until it ends, a timeline shows what is rebuilt, and a course's activity is null."
    )
