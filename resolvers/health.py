"""The health of the stores: their last pings, recent failures, and the backlog of the outbox."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any, NamedTuple, Protocol

from resolvers.store_states import StoreHealth, StoreState, with_share
from stores.cancellation import drop_error
from stores.domain.outbox import Backlog, Consumer
from stores.domain.rebuilds import Rebuild, share_done
from stores.errors import Fault, StoreError, TimedOut, Unavailable
from stores.ports.stores import Stores

PING_TIMEOUT = timedelta(milliseconds=800)
"""Two pings, a second apart, have failed before a call of the default deadline and a second have passed."""
BUSY = timedelta(milliseconds=50)
"""By how much a timeout may be late in a process that is not busy."""
READ_TIMEOUT = timedelta(seconds=1)
FRESH = timedelta(seconds=1)
"""How long one check serves all requests."""
SLOW = timedelta(milliseconds=250)
DEGRADED_FOR = timedelta(seconds=30)
FOLLOWERS = {"timeline": Consumer.TIMELINE, "live": Consumer.LIVE}
"""The stores that receive commits through the outbox, and the consumer of each."""
REBUILT = {"timeline": Rebuild.TIMELINE, "activity": Rebuild.ACTIVITY}
"""The stores that are incomplete during a rebuild, and the rebuild of each."""


class Ping(NamedTuple):
    """The milliseconds of a ping, None if it failed; `error` is the reason then."""

    ms: float | None
    error: StoreError | None = None


class LastError(NamedTuple):
    """When a store last failed, and why."""

    at: datetime
    fault: Fault


class FailureLog(Protocol):
    """Where failures of stores are logged."""

    def failed(self, store: str, error: StoreError) -> None:
        """A call or a ping of this store failed."""

    def answered(self, store: str) -> None:
        """A ping of this store succeeded."""


@dataclass(slots=True, kw_only=True)
class Health:
    """What this process knows of its stores. `backends`: the database of each port, by name. `log`: where failures are
    logged, None if they are not. `ping_timeout`: how long a ping may take. `unmigrated`: the stores that `quadrangle
    migrate` has to bring up to date."""

    stores: Stores
    backends: Mapping[str, str]
    now: Callable[[], datetime]
    ping_timeout: timedelta = PING_TIMEOUT
    log: FailureLog | None = None
    unmigrated: Collection[str] = ()
    last_errors: dict[str, LastError] = field(default_factory=dict)
    _pings: dict[str, Ping] = field(default_factory=dict)
    _pinging: "set[asyncio.Task[None]]" = field(default_factory=set)
    _is_probed: bool = False
    _recent: "dict[str, tuple[float, asyncio.Task[list[StoreHealth]]]]" = field(default_factory=dict)

    def failed(self, store: str, error: StoreError) -> None:
        """Record that a call of this store failed now."""
        self.last_errors[store] = LastError(self.now(), error.fault)
        if self.log is not None:
            self.log.failed(store, error)

    async def ping(self, store: str) -> bool:
        """Ping a store, and keep the result. Returns whether it answered in time. Never raises."""
        pinging = asyncio.create_task(self.stores.by_name()[store].ping())
        self._pinging.add(pinging)
        pinging.add_done_callback(self._pinging.discard)
        pinging.add_done_callback(drop_error)
        started = perf_counter()
        try:
            ended = await self._in_time(pinging)
        finally:
            pinging.cancel()  # a driver may take a while to end
        error: BaseException | None
        if not ended:
            error = TimedOut(store, "no answer in time")
        elif pinging.cancelled():
            error = Unavailable(store, "the driver cancelled the ping")
        elif (error := pinging.exception()) is None:
            self._pings[store] = Ping((perf_counter() - started) * 1000)
            if self.log is not None:
                self.log.answered(store)
            return True
        if isinstance(error, StoreError):
            failure = error
        else:
            failure = Unavailable(store, "the ping failed", fault=Fault.FAILED)
            failure.__context__ = error
        self.failed(store, failure)
        self._pings[store] = Ping(None, failure)
        return False

    async def _in_time(self, pinging: "asyncio.Task[None]") -> bool:
        """Whether a ping ends in time. A process that was busy for a part of that time waits once more: the answer may
        have arrived, and pings of all stores would fail at once."""
        seconds = self.ping_timeout.total_seconds()
        for _ in range(2):
            began = perf_counter()
            ended, _ = await asyncio.wait({pinging}, timeout=seconds)
            if ended or perf_counter() - began < seconds + BUSY.total_seconds():
                return bool(ended)
        return False

    @contextmanager
    def probed(self) -> Iterator[None]:
        """A block while which all stores are pinged again and again, so that no caller waits for a ping."""
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
        """Give the pings that were cancelled a second to end: their stores are about to close."""
        if self._pinging:
            await asyncio.wait(self._pinging, timeout=1)

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
        reason = None if ping.error is None else ping.error.fault
        if ping.ms is not None:
            if store in self.unmigrated:
                reason = Fault.MIGRATIONS_PENDING
            elif last is not None and self.now() - last.at < DEGRADED_FOR:
                reason = last.fault
            elif ping.ms > SLOW.total_seconds() * 1000:
                reason = Fault.SLOW
        state = StoreState.DOWN if ping.ms is None else StoreState.LIVE if reason is None else StoreState.DEGRADED
        return StoreHealth(
            store=store,
            backend=self.backends[store],
            state=state,
            latency_ms=ping.ms,
            last_error_at=None if last is None else last.at,
            fault=None if ping.error is None else str(ping.error),
            reason=reason,
        )
