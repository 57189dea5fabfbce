"""The guards of all stores: for each kind of call a breaker, and a bound on the calls under way."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from random import random
from time import monotonic

from gateway.config.settings import Settings
from gateway.resilience.breaker import Breaker, BreakerRules
from resolvers.data.guards import CallKind, Guard
from stores.errors import CircuitOpen

log = logging.getLogger("quadrangle.resilience")
PING_INTERVAL = timedelta(seconds=1)
MARGIN = timedelta(seconds=1)
"""The window of a breaker is longer than the store's deadline by this: a call that takes all of its deadline
counts only then, and the calls before the trouble have left the window by then."""
STUCK = 0.5
"""Seconds without the end of a call after which no further call waits for a place; half the deadline if that is
shorter. While calls end, a call waits for as long as its deadline: a burst is no reason to refuse."""
LONGEST_PAUSE = 0.1
"""Seconds before a read is repeated, at most: a random part of them, so that reads that failed together spread out."""
SOON_MS = 100
"""The shortest `retry_after_ms`."""


class StoreGuard:
    """Guards the calls of one kind to one store. At most `most` are under way at once."""

    __slots__ = ("_clock", "_draw", "_ended_at", "_pinged_at", "_places", "_store", "_stuck", "breaker", "in_flight")

    def __init__(
        self, store: str, breaker: Breaker, *, most: int, deadline: timedelta, draw: Callable[[], float]
    ) -> None:
        self.breaker = breaker
        self.in_flight = 0
        self._store = store
        self._places = asyncio.Semaphore(most)
        self._stuck = min(STUCK, deadline.total_seconds() / 2)
        self._clock = breaker.clock
        self._draw = draw
        self._pinged_at = self._ended_at = breaker.clock()

    async def enter(self) -> int:
        """Begin a call, when there is a place for it. Returns the period of the breaker, for `leave`. Raises
        `CircuitOpen` if the breaker is open, or if all places are taken by calls that do not end."""
        if self.breaker.is_open:
            raise self._refusal()
        if self._places.locked():
            await self._wait_for_place()
        else:
            await self._places.acquire()
        self.in_flight += 1
        return self.breaker.period

    def leave(self, period: int, *, answered: bool | None) -> None:
        """End a call. `answered`: whether the store answered; None if the call was cut off before it was due."""
        self.in_flight -= 1
        self._ended_at = self._clock()
        self._places.release()
        if answered:
            self.breaker.succeeded(period)
        elif answered is not None:
            self.breaker.failed(period)

    def pause(self) -> float | None:
        """The seconds after which a read that failed is repeated; None if the breaker is open now."""
        return None if self.breaker.is_open else LONGEST_PAUSE * self._draw()

    def pinged(self, *, answered: bool, began: float) -> None:
        """A ping that began at this time, of the clock, was answered or not."""
        self._pinged_at = began
        self.breaker.pinged(answered=answered, began=began)

    async def _wait_for_place(self) -> None:
        taking = asyncio.ensure_future(self._places.acquire())
        try:
            while not taking.done():
                await asyncio.wait({taking}, timeout=self._stuck)
                if self.breaker.is_open or (not taking.done() and self._clock() - self._ended_at >= self._stuck):
                    raise self._refusal()
        except BaseException:
            if not taking.cancel():  # it has a place already
                self._places.release()
            raise

    def _refusal(self) -> CircuitOpen:
        next_ping = self._pinged_at + PING_INTERVAL.total_seconds() - self._clock()
        seconds = max(self.breaker.held_for(), next_ping)
        return CircuitOpen(self._store, retry_after_ms=max(SOON_MS, round(seconds * 1000)))


class StoreGuards:
    """A guard for each store and kind of call. `clock` is monotonic, in seconds; `draw` returns numbers in [0, 1)."""

    def __init__(
        self,
        deadlines: Mapping[str, timedelta],
        *,
        calls: int,
        share: float,
        most: int,
        clock: Callable[[], float] = monotonic,
        draw: Callable[[], float] = random,
    ) -> None:
        self._guards = {
            (store, kind): StoreGuard(
                store,
                Breaker(
                    rules=BreakerRules(window=(deadline + MARGIN).total_seconds(), calls=calls, share=share),
                    clock=clock,
                    on_change=partial(log_change, store, kind),
                ),
                most=most,
                deadline=deadline,
                draw=draw,
            )
            for store, deadline in deadlines.items()
            for kind in CallKind
        }

    def of(self, store: str, kind: CallKind) -> Guard:
        """The guard of these calls."""
        return self._guards[store, kind]

    def __iter__(self) -> Iterator[tuple[str, CallKind, StoreGuard]]:
        """All guards, for metrics."""
        return ((store, kind, guard) for (store, kind), guard in self._guards.items())

    def pinged(self, store: str, *, answered: bool, began: float) -> None:
        """A ping of a store, which began at this time of `clock`, was answered or not."""
        for kind in CallKind:
            if (guard := self._guards.get((store, kind))) is not None:
                guard.pinged(answered=answered, began=began)


def store_guards(settings: Settings) -> StoreGuards:
    """The guards of a process."""
    rules = settings.resilience
    return StoreGuards(settings.deadlines, calls=rules.breaker_calls, share=rules.breaker_share, most=rules.in_flight)


def log_change(store: str, kind: CallKind, is_open: bool) -> None:
    """Log that a breaker opened or closed."""
    done = "refused" if is_open else "made again"
    log.info("calls are %s", done, extra={"store": store, "calls": kind.value})
