"""The health of the stores: their last pings, recent failures, and the backlog of the outbox."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from time import perf_counter
from typing import Any, NamedTuple

from stores.cancellation import cancel_and_wait, drop_error
from stores.domain.outbox import Backlog, Consumer
from stores.domain.rebuilds import Rebuild, share_done
from stores.errors import StoreError, TimedOut, Unavailable
from stores.ports.stores import Stores

PING_TIMEOUT = timedelta(milliseconds=800)
"""Two pings, a second apart, have failed before a call of the default deadline and a second have passed."""
READ_TIMEOUT = timedelta(seconds=1)
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


class Ping(NamedTuple):
    """The milliseconds of a ping, None if it failed; `fault` is the reason then."""

    ms: float | None
    fault: str | None = None


@dataclass(slots=True, kw_only=True)
class Health:
    """What this process knows of its stores. `backends`: the database of each port, by name."""

    stores: Stores
    backends: Mapping[str, str]
    now: Callable[[], datetime]
    last_errors: dict[str, datetime] = field(default_factory=dict)
    _pings: dict[str, Ping] = field(default_factory=dict)
    _pinging: "set[asyncio.Task[None]]" = field(default_factory=set)
    _is_probed: bool = False
    _recent: "dict[str, tuple[float, asyncio.Task[list[StoreHealth]]]]" = field(default_factory=dict)

    def failed(self, store: str, error: StoreError) -> None:
        """Record that a call of this store failed now."""
        self.last_errors[store] = self.now()

    async def ping(self, store: str) -> bool:
        """Ping a store, and keep the result. Returns whether it answered in time. Never raises."""
        pinging = asyncio.create_task(self.stores.by_name()[store].ping())
        self._pinging.add(pinging)
        pinging.add_done_callback(self._pinging.discard)
        pinging.add_done_callback(drop_error)
        started = perf_counter()
        try:
            ended, _ = await asyncio.wait({pinging}, timeout=PING_TIMEOUT.total_seconds())
        finally:
            pinging.cancel()  # a driver may take a while to end
        error: BaseException | None
        if not ended:
            error = TimedOut(store, "no answer in time")
        elif pinging.cancelled():
            error = Unavailable(store, "the driver cancelled the ping")
        elif (error := pinging.exception()) is None:
            self._pings[store] = Ping((perf_counter() - started) * 1000)
            return True
        failure = error if isinstance(error, StoreError) else Unavailable(store, "the ping failed")
        self.failed(store, failure)
        self._pings[store] = Ping(None, str(failure))
        return False

    @contextmanager
    def probed(self) -> Iterator[None]:
        """A block while which all stores are pinged again and again, so that nobody needs to wait for a ping."""
        self._is_probed = True
        try:
            yield
        finally:
            self._is_probed = False

    async def check(self) -> list[StoreHealth]:
        """The states of all stores, by a ping of each now. Never raises. Without backlog and rebuilds, whose counts are
        too expensive for every probe."""
        await asyncio.gather(*map(self.ping, self.stores.by_name()))
        return self.by_last_pings()

    def by_last_pings(self) -> list[StoreHealth]:
        """The states of the stores that have been pinged, by their last pings."""
        names = self.stores.by_name()
        return [self._by_ping(store, self._pings[store]) for store in names if store in self._pings]

    async def aclose(self) -> None:
        """Wait for the pings that were given up."""
        await cancel_and_wait(self._pinging)

    async def latest(self) -> list[StoreHealth]:
        """`check_with_backlog`, at most once a second however many viewers request it. Never raises."""
        return await self._shared("viewers", self.check_with_backlog)

    async def latest_of_probes(self) -> list[StoreHealth]:
        """The states by the last pings. If nothing pings the stores regularly, by pings now, at most once a second
        however many probes request it. Never raises."""
        return self.by_last_pings() if self._is_probed else await self._shared("probes", self.check)

    async def _shared(
        self, askers: str, check: Callable[[], Coroutine[Any, Any, list[StoreHealth]]]
    ) -> list[StoreHealth]:
        now = asyncio.get_running_loop().time()
        if askers not in self._recent or now - self._recent[askers][0] >= FRESH.total_seconds():
            self._recent[askers] = now, asyncio.create_task(check())
        return await asyncio.shield(self._recent[askers][1])

    async def check_with_backlog(self) -> list[StoreHealth]:
        """`latest_of_probes`, with the backlog of the stores that follow the outbox, and with rebuilds under way. Never
        raises."""
        backlog, shares, found = await asyncio.gather(self._backlog(), self._rebuilt_shares(), self.latest_of_probes())
        return [with_share(self._with_backlog(one, backlog), shares.get(one.store)) for one in found]

    async def _rebuilt_shares(self) -> Mapping[str, float]:
        """The share done of each rebuild under way, by store. Empty if progress does not answer in time; its ping
        reports the reason."""
        if self._is_down("progress"):
            return {}
        try:
            async with asyncio.timeout(READ_TIMEOUT.total_seconds()):
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
        if self._is_down("outbox"):
            return {}
        try:
            async with asyncio.timeout(READ_TIMEOUT.total_seconds()):
                return await self.stores.outbox.backlog()
        except (TimeoutError, StoreError):
            return {}

    def _is_down(self, store: str) -> bool:
        """Whether it is known to be down, so that reading it would take all of the time limit."""
        return self._is_probed and self._pings[store].ms is None

    def _with_backlog(self, one: StoreHealth, backlog: Mapping[Consumer, Backlog]) -> StoreHealth:
        behind = backlog.get(FOLLOWERS[one.store]) if one.store in FOLLOWERS else None
        if behind is None:
            return one
        lag = 0.0 if behind.oldest is None else max(0.0, (self.now() - behind.oldest).total_seconds())
        return replace(one, backlog=behind.waiting, lag_seconds=lag)

    def _by_ping(self, store: str, ping: Ping) -> StoreHealth:
        last = self.last_errors.get(store)
        if ping.ms is None:
            state = StoreState.DOWN
        elif ping.ms > SLOW.total_seconds() * 1000 or (last is not None and self.now() - last < DEGRADED_FOR):
            state = StoreState.DEGRADED
        else:
            state = StoreState.LIVE
        return StoreHealth(
            store=store,
            backend=self.backends[store],
            state=state,
            latency_ms=ping.ms,
            last_error_at=last,
            fault=ping.fault,
        )


def with_share(one: StoreHealth, share: float | None) -> StoreHealth:
    """The health of a store with this share of its rebuild done; unchanged if it is None."""
    if share is None:
        return one
    return replace(one, rebuilt=share, state=StoreState.DEGRADED if one.state is StoreState.LIVE else one.state)
