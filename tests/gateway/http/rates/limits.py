"""Rate limits of processes that the tests play, and a port that fails on request."""

import asyncio
from datetime import timedelta

from gateway.http.rates.rate_limit import ADMISSION, RateLimit
from gateway.http.rates.shared_rates import SharedRates
from gateway.http.refusal import RequestRefused
from resolvers.health import Health
from stores.domain.rates import Grant, Rate
from stores.errors import StoreError
from stores.memory.rates import MemoryRates
from stores.ports.rates import Rates
from tests.clock import Clock
from tests.gateway.memory_stores import memory_stores

RATE = Rate(per_minute=60, burst=100)
"""A unit flows off in a second; a block is 5 units."""


class CountedRates(Rates):
    """Memory rates that count their calls. While `fault` is set they raise it; while `hangs` is set, they wait."""

    def __init__(self, clock: Clock) -> None:
        self._rates = MemoryRates(now=clock)
        self.calls: list[tuple[str, int, float]] = []
        self.fault: StoreError | None = None
        self.hangs: asyncio.Event | None = None
        self._called = asyncio.Condition()

    async def ping(self) -> None:
        return None

    async def called(self, times: int) -> None:
        """Wait for this many calls."""
        async with asyncio.timeout(10), self._called:
            await self._called.wait_for(lambda: len(self.calls) >= times)

    async def take(self, account: str, units: int, *, owed: float, rate: Rate) -> Grant:
        self.calls.append((account, units, owed))
        async with self._called:
            self._called.notify_all()
        if self.hangs is not None:
            await self.hangs.wait()
        if self.fault is not None:
            raise self.fault
        return await self._rates.take(account, units, owed=owed, rate=rate)


def process(rates: Rates, clock: Clock, *, rate: Rate = RATE, deadline: timedelta = timedelta(seconds=60)) -> RateLimit:
    """The rate limit of a process over these rates."""
    stores = memory_stores(clock)
    health = Health(stores=stores, backends=dict.fromkeys(stores.by_name(), "memory"), now=clock)
    shared = SharedRates(rates=rates, rate=rate, deadline=deadline, health=health, now=clock)
    return RateLimit(shared=shared, now=clock)


async def admitted(limit: RateLimit, times: int, *, account: str = "ada", cost: float = 1) -> int:
    """How many of these operations are admitted and charged. `cost` includes the admission."""
    count = 0
    for _ in range(times):
        try:
            await limit.admit(account)
        except RequestRefused:
            continue
        limit.charge(account, cost - ADMISSION)
        count += 1
    return count
