"""Guards whose breakers a test opens and closes, and a ping that a test holds."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any

from gateway.config.backends import PORTS_WITH_DEADLINE
from gateway.resilience.store_guards import StoreGuard, StoreGuards
from resolvers.data.guards import CallKind


def guards_at(clock: Callable[[], float], *, most: int = 64, deadline: float = 2.0) -> StoreGuards:
    """Guards of all stores, which repeat a read at once."""
    deadlines = dict.fromkeys(PORTS_WITH_DEADLINE, timedelta(seconds=deadline))
    return StoreGuards(deadlines, calls=5, share=0.5, most=most, clock=clock, draw=lambda: 0.0)


def guard_of(guards: StoreGuards, store: str = "profiles", kind: CallKind = CallKind.READ) -> StoreGuard:
    return next(guard for name, its, guard in guards if (name, its) == (store, kind))


def open_breakers(guards: StoreGuards, store: str) -> None:
    """Let two pings of a store fail."""
    for _ in range(2):
        guards.pinged(store, answered=False, began=monotonic())


class Pinged:
    """A store whose pings are counted, and hang once `hangs` is set. `deaf`: they survive a cancellation."""

    def __init__(self, store: Any, *, deaf: bool = False) -> None:
        self.pings = 0
        self.hangs = False
        self.done = asyncio.Event()
        self._deaf = deaf
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def ping(self) -> None:
        self.pings += 1
        if self.hangs:
            try:
                await self.done.wait()
            except asyncio.CancelledError:
                if not self._deaf:
                    raise
                await self.done.wait()
