"""The health of the stores: pings on request, recent failures, and the backlog of the outbox."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from time import perf_counter
from typing import Any

from stores.domain.outbox import Backlog, Consumer
from stores.domain.rebuilds import Rebuild, share_done
from stores.errors import StoreError, as_store_error
from stores.ports.pinger import Pinger
from stores.ports.stores import Stores

PING_TIMEOUT = timedelta(seconds=1)
FRESH = timedelta(seconds=1)
"""How long one check serves all requests."""
SLOW = timedelta(milliseconds=250)
DEGRADED_FOR = timedelta(seconds=30)
FOLLOWERS = {"timeline": Consumer.TIMELINE, "live": Consumer.LIVE}
"""The stores that receive commits through the outbox, and the consumer of each."""
REBUILT = {"timeline": Rebuild.TIMELINE, "activity": Rebuild.ACTIVITY}
"""The stores that are incomplete during a rebuild, and the rebuild of each."""


class StoreState(Enum):
    """DOWN: the ping failed. DEGRADED: slow, being rebuilt, or a call failed lately. Else LIVE."""

    LIVE = "LIVE"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreHealth:
    """The state of one store.

    `latency_ms`: the duration of the ping, None if it failed; `fault` is the reason then. `backlog`: the number of
    commits that the relay has not delivered to the store, `lag_seconds`: the age of the oldest; None if the store does
    not follow the outbox, or if they are not known. `rebuilt`: the share (0…1) of a rebuild under way that is done,
    None if there is none or it is not known.
    """

    store: str
    backend: str
    state: StoreState
    latency_ms: float | None
    last_error_at: datetime | None
    fault: str | None = None
    backlog: int | None = None
    lag_seconds: float | None = None
    rebuilt: float | None = None


@dataclass(slots=True, kw_only=True)
class Health:
    """What this process knows of its stores. `backends`: the database of each port, by name."""

    stores: Stores
    backends: Mapping[str, str]
    now: Callable[[], datetime]
    last_errors: dict[str, datetime] = field(default_factory=dict)
    _recent: "dict[str, tuple[float, asyncio.Task[list[StoreHealth]]]]" = field(default_factory=dict)

    def failed(self, store: str, error: StoreError) -> None:
        """Record that a call of this store failed now."""
        self.last_errors[store] = self.now()

    async def check(self) -> list[StoreHealth]:
        """Ping all stores at once. Never raises. Without backlog and rebuilds, whose counts are too expensive for every
        probe."""
        return list(
            await asyncio.gather(*(self._check(store, pinger) for store, pinger in self.stores.by_name().items()))
        )

    async def latest(self) -> list[StoreHealth]:
        """`check_with_backlog`, at most once a second however many viewers request it. Never raises."""
        return await self._shared("viewers", self.check_with_backlog)

    async def latest_of_probes(self) -> list[StoreHealth]:
        """`check`, at most once a second however many probes request it. Never raises."""
        return await self._shared("probes", self.check)

    async def _shared(
        self, askers: str, check: Callable[[], Coroutine[Any, Any, list[StoreHealth]]]
    ) -> list[StoreHealth]:
        now = asyncio.get_running_loop().time()
        if askers not in self._recent or now - self._recent[askers][0] >= FRESH.total_seconds():
            self._recent[askers] = now, asyncio.create_task(check())
        return await asyncio.shield(self._recent[askers][1])

    async def check_with_backlog(self) -> list[StoreHealth]:
        """`check`, with the backlog of the stores that follow the outbox, and with rebuilds under way. Never raises."""
        backlog, shares, found = await asyncio.gather(self._backlog(), self._rebuilt_shares(), self.check())
        return [with_share(self._with_backlog(one, backlog), shares.get(one.store)) for one in found]

    async def _rebuilt_shares(self) -> Mapping[str, float]:
        """The share done of each rebuild under way, by store. Empty if progress does not answer in time; its ping
        reports the reason."""
        try:
            async with asyncio.timeout(PING_TIMEOUT.total_seconds()):
                return {
                    store: share for store, kind in REBUILT.items() if (share := await self._share(kind)) is not None
                }
        except (TimeoutError, StoreError):
            return {}

    async def _share(self, kind: Rebuild) -> float | None:
        progress = self.stores.progress
        position = await progress.rebuild_position(kind)
        if position is None:
            return None
        total = await progress.count_enrollments()
        left = total if position.after is None else await progress.count_enrollments(after=position.after)
        return share_done(kind, position, done=total - left, total=total)

    async def _backlog(self) -> Mapping[Consumer, Backlog]:
        """Empty if it is not known in time; the ping of the outbox reports the reason."""
        try:
            async with asyncio.timeout(PING_TIMEOUT.total_seconds()):
                return await self.stores.outbox.backlog()
        except (TimeoutError, StoreError):
            return {}

    def _with_backlog(self, one: StoreHealth, backlog: Mapping[Consumer, Backlog]) -> StoreHealth:
        behind = backlog.get(FOLLOWERS[one.store]) if one.store in FOLLOWERS else None
        if behind is None:
            return one
        lag = 0.0 if behind.oldest is None else max(0.0, (self.now() - behind.oldest).total_seconds())
        return replace(one, backlog=behind.waiting, lag_seconds=lag)

    async def _check(self, store: str, pinger: Pinger) -> StoreHealth:
        started = perf_counter()
        latency: float | None = None
        fault: str | None = None
        try:
            async with asyncio.timeout(PING_TIMEOUT.total_seconds()):
                await pinger.ping()
            latency = (perf_counter() - started) * 1000
        except (TimeoutError, StoreError) as error:
            failure = as_store_error(store, error)
            self.failed(store, failure)
            fault = str(failure)
        last = self.last_errors.get(store)
        if latency is None:
            state = StoreState.DOWN
        elif latency > SLOW.total_seconds() * 1000 or (last is not None and self.now() - last < DEGRADED_FOR):
            state = StoreState.DEGRADED
        else:
            state = StoreState.LIVE
        return StoreHealth(
            store=store,
            backend=self.backends[store],
            state=state,
            latency_ms=latency,
            last_error_at=last,
            fault=fault,
        )


def with_share(one: StoreHealth, share: float | None) -> StoreHealth:
    """The health of a store with this share of its rebuild done; unchanged if it is None."""
    if share is None:
        return one
    return replace(one, rebuilt=share, state=StoreState.DEGRADED if one.state is StoreState.LIVE else one.state)
