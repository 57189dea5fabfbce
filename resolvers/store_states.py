"""The state of a store, as health checks show it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from stores.errors import Fault


class StoreState(Enum):
    """DOWN: the ping failed. DEGRADED: slow, not migrated, being rebuilt, or a call failed lately. Else LIVE."""

    LIVE = "LIVE"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreHealth:
    """The state of one store.

    `latency_ms`: the duration of the ping, None if it failed; `fault` says why. `reason`: why it is not LIVE.
    `backlog`: the number of commits that the relay has not delivered to the store, `lag_seconds`: the age of the
    oldest; None if the store does not follow the outbox, or if they are not known. `rebuilt`: the share (0…1) of a
    rebuild under way that is done, None if there is none or it is not known.
    """

    store: str
    backend: str
    state: StoreState
    latency_ms: float | None
    last_error_at: datetime | None
    fault: str | None = None
    reason: Fault | None = None
    backlog: int | None = None
    lag_seconds: float | None = None
    rebuilt: float | None = None


def with_share(one: StoreHealth, share: float | None) -> StoreHealth:
    """The health of a store with this share of its rebuild done; unchanged if it is None."""
    if share is None:
        return one
    return replace(one, rebuilt=share, state=StoreState.DEGRADED if one.state is StoreState.LIVE else one.state)
