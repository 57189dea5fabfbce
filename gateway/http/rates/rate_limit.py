"""Admits operations within the rate of their account, and charges them.

A process takes blocks of units from the store and spends them itself, so that few operations wait for the store. An
operation is admitted before its cost is known: an account may owe units, which its next block pays.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from gateway.http.rates.shared_rates import SharedRates
from gateway.http.refusal import RequestRefused
from gateway.observability.refusals import RefusalKind, Refusals
from resolvers.error_codes import ErrorCode
from stores.cancellation import cancel_and_wait

BLOCKS = 20
"""Blocks of a burst. Processes have at most a block each in hand beyond what they used."""
IDLE = timedelta(seconds=5)
"""How long a lease without a use is kept."""
ADMISSION = 1
"""The units of every operation, whatever it turns out to cost."""
FAILED_AUTHENTICATION = 10
"""The units of a token that is refused."""


@dataclass(slots=True)
class Lease:
    """Units that this process has in hand for an account, or owes if `units` is below 0. `refused`: when the store had
    none, and for how long it will have none."""

    used_at: datetime
    units: float = 0
    refused: tuple[datetime, timedelta] | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def wait(self, now: datetime) -> timedelta | None:
        """How long the store has no units, as far as this process knows; None if it may have some. A refusal that lies
        in the future is ignored: the clock was set back."""
        if self.refused is None:
            return None
        at, wait = self.refused
        return at + wait - now if at <= now < at + wait else None


@dataclass(slots=True, kw_only=True)
class RateLimit:
    """The leases of a process. `now` is the clock. `refusals` counts those of this limit."""

    shared: SharedRates
    now: Callable[[], datetime]
    refusals: Refusals = field(default_factory=Refusals)
    _leases: dict[str, Lease] = field(default_factory=dict)  # in the order of their last use

    def of(self, account: str) -> dict[str, Any]:
        """The `admit` and `charge` of a Peer whose operations are charged to the account."""
        return {"admit": partial(self.admit, account), "charge": partial(self.charge, account)}

    async def admit(self, account: str, *, units: int = ADMISSION) -> None:
        """Charge the admission of an operation. Raises `RequestRefused` if the account has used up its rate."""
        lease = self._used(account)
        if lease.units < ADMISSION:
            async with lease.lock:
                if lease.units < ADMISSION:
                    await self._renew(account, lease)
        lease.units -= units

    def charge(self, account: str, cost: float) -> None:
        """Charge what an admitted operation costs beyond its admission."""
        lease = self._used(account)
        lease.units = max(lease.units - cost, -self.shared.rate.most_owed)

    def _used(self, account: str) -> Lease:
        lease = self._leases.pop(account, None) or Lease(self.now())
        lease.used_at = self.now()
        self._leases[account] = lease
        return lease

    async def _renew(self, account: str, lease: Lease) -> None:
        wait = lease.wait(self.now())
        if wait is None:
            settled = lease.units
            block = max(ADMISSION, self.shared.rate.burst // BLOCKS)
            grant = await self.shared.take(account, block, owed=-settled)
            lease.units += grant.units - settled  # not `=`: operations may have been charged meanwhile
            if grant.units:
                lease.refused = None
                return
            lease.refused, wait = (self.now(), grant.wait), grant.wait
        self.refusals.count(RefusalKind.RATE)
        raise RequestRefused(
            ErrorCode.RATE_LIMITED, "the rate limit is used up: send less, or later", status=429, retry_after=wait
        )

    @asynccontextmanager
    async def returning_leases(self, *, after: timedelta = IDLE) -> AsyncIterator[None]:
        """Return the units of leases that had no use for `after`, and at the end those of all."""

        async def repeat() -> None:
            while True:
                await asyncio.sleep(after.total_seconds())
                await self.return_leases(idle_for=after)

        task = asyncio.create_task(repeat())
        try:
            yield
        finally:
            await cancel_and_wait({task})
            await self.return_leases(idle_for=timedelta())

    async def return_leases(self, *, idle_for: timedelta) -> None:
        """Settle the leases that had no use for this time: return the units in hand, or pay the debt."""
        now = self.now()
        for account, lease in list(self._leases.items()):
            if now - lease.used_at < idle_for:
                return
            if not lease.lock.locked():
                del self._leases[account]
                if lease.units:
                    await self.shared.take(account, 0, owed=-lease.units)
