"""How the stores are: pinged when asked, with what went wrong lately."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from time import perf_counter

from stores.domain.outbox import Backlog, Consumer
from stores.errors import StoreError
from stores.ports.outbox import Outbox
from stores.ports.pinger import Pinger

PING_WITHIN = timedelta(seconds=1)
SLOW = timedelta(milliseconds=250)
LATELY = timedelta(seconds=30)
FOLLOWERS = {"timeline": Consumer.TIMELINE, "live": Consumer.LIVE}
"""The stores that are brought what was committed, each as a consumer of the outbox."""


class StoreState(Enum):
    LIVE = "LIVE"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreHealth:
    """`latency_ms` of the ping, None when it failed; `fault` says why then. `backlog`: how many commits wait
    for the store, `lag_seconds`: how long the oldest does; None for one that does not follow them, or if not known."""

    store: str
    backend: str
    state: StoreState
    latency_ms: float | None
    last_error_at: datetime | None
    fault: str | None = None
    backlog: int | None = None
    lag_seconds: float | None = None


@dataclass(slots=True, kw_only=True)
class Health:
    """The process' view of its stores: `backends` names what each port is kept in."""

    pingers: Mapping[str, Pinger]
    backends: Mapping[str, str]
    outbox: Outbox
    now: Callable[[], datetime]
    last_errors: dict[str, datetime] = field(default_factory=dict)

    def failed(self, store: str) -> None:
        self.last_errors[store] = self.now()

    async def check(self) -> list[StoreHealth]:
        """Every store at once; never raises. Without what waits in the outbox: to count that is not for every probe."""
        return list(await asyncio.gather(*(self._check(store) for store in self.pingers)))

    async def check_with_backlog(self) -> list[StoreHealth]:
        """`check`, and what waits for the stores that follow the outbox."""
        backlog, found = await asyncio.gather(self._backlog(), self.check())
        return [self._following(one, backlog) for one in found]

    async def _backlog(self) -> Mapping[Consumer, Backlog]:
        """Nothing when it is not known in time: the outbox' own ping says what is wrong with it."""
        try:
            async with asyncio.timeout(PING_WITHIN.total_seconds()):
                return await self.outbox.backlog()
        except (TimeoutError, StoreError):
            return {}

    def _following(self, one: StoreHealth, backlog: Mapping[Consumer, Backlog]) -> StoreHealth:
        behind = backlog.get(FOLLOWERS[one.store]) if one.store in FOLLOWERS else None
        if behind is None:
            return one
        lag = 0.0 if behind.oldest is None else max(0.0, (self.now() - behind.oldest).total_seconds())
        return replace(one, backlog=behind.waiting, lag_seconds=lag)

    async def _check(self, store: str) -> StoreHealth:
        started = perf_counter()
        latency: float | None = None
        fault: str | None = None
        try:
            async with asyncio.timeout(PING_WITHIN.total_seconds()):
                await self.pingers[store].ping()
            latency = (perf_counter() - started) * 1000
        except (TimeoutError, StoreError) as error:
            self.failed(store)
            fault = str(error) or f"{store}: no answer in time"
        last = self.last_errors.get(store)
        if latency is None:
            state = StoreState.DOWN
        elif latency > SLOW.total_seconds() * 1000 or (last is not None and self.now() - last < LATELY):
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
