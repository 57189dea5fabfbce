"""StoreHealth: the state of a store, as the gateway last saw it."""

from datetime import datetime

import strawberry

from resolvers.store_states import StoreState
from resolvers.types.described_enum import describe_enum
from resolvers.types.guard import guarded_field

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


OPERATORS = "For an ADMIN, and a SERVICE with `ops:read`."
EMPTY = "Empty unless the viewer is an ADMIN, or a SERVICE with `ops:read`."


@strawberry.type(description="The state of one store.")
class StoreHealth:
    """A view of `resolvers.store_states.StoreHealth`."""

    store: str = strawberry.field(description="The name of the store, as in errors and traces.")
    backend = guarded_field("backend", str, f"The database that serves it. {EMPTY}")
    state: StoreState = strawberry.field(description="Whether it answers.")
    latency_ms = guarded_field("latency_ms", float | None, f"The duration of the ping; null if it failed. {OPERATORS}")
    last_error_at = guarded_field(
        "last_error_at", datetime | None, f"When a call of this gateway process last failed. {OPERATORS}"
    )
    backlog = guarded_field(
        "backlog",
        int | None,
        "The number of commits in the outbox that the relay has not delivered to this store; null if the store does "
        f"not follow the outbox, or if the number is not known. {OPERATORS}",
    )
    lag_seconds = guarded_field(
        "lag_seconds", float | None, f"The age of the oldest of them; null as `backlog`. {OPERATORS}"
    )
    rebuilt = guarded_field(
        "rebuilt",
        float | None,
        "The share (0…1) of the store that is rebuilt from the ledger; null unless a rebuild is under way. Until it "
        f"ends, a timeline shows what is rebuilt, and a course's activity is null. {OPERATORS}",
    )
