"""The port of rates, and what takes its place while the store is down."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from resolvers.data.guards import UNGUARDED, Guards
from resolvers.data.store_calls import StoreCalls
from resolvers.health import Health
from stores.domain.rates import Grant, Levels, Rate
from stores.errors import StoreError
from stores.ports.rates import Rates

STORE = "rates"
RETRY = timedelta(seconds=1)
"""How long a store that failed is left alone. A single call tries it then."""


@dataclass(slots=True, kw_only=True)
class SharedRates:
    """Takes units from the port. While it fails, each process counts for itself: the limit holds in each of them.

    `deadline` is that of a call. `local_takes` counts the calls that the store did not answer.
    """

    rates: Rates
    rate: Rate
    deadline: timedelta
    health: Health
    guards: Guards = UNGUARDED
    now: Callable[[], datetime]
    local_takes: int = 0
    _local: Levels = field(default_factory=Levels)
    _retry_at: datetime | None = None
    """When the store is tried again; None if it answered last."""

    async def take(self, account: str, units: int, *, owed: float) -> Grant:
        """The answer of the store, or of this process. Never raises `StoreError`."""
        now = self.now()
        if self._retry_at is None or now >= self._retry_at:
            if self._retry_at is not None:
                self._retry_at = now + RETRY  # other calls do not wait for this one
            calls = StoreCalls(deadlines={STORE: self.deadline}, failures=self.health, guards=self.guards)
            try:
                grant = await calls.call(STORE, "take", 1, self.rates.take(account, units, owed=owed, rate=self.rate))
            except StoreError:
                self._retry_at = self.now() + RETRY
            else:
                self._retry_at = None
                return grant
        self.local_takes += 1
        return self._local.take(account, units, owed=owed, rate=self.rate, now=self.now())
