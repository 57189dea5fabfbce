"""Rates in a dict: the reference implementation of the port."""

from collections.abc import Callable
from datetime import datetime

from stores.domain.rates import Grant, Levels, Rate
from stores.ports.rates import Rates


class MemoryRates(Rates):
    """Rates of one process. `now` is the clock."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._levels = Levels()

    async def ping(self) -> None:
        return None

    async def take(self, account: str, units: int, *, owed: float, rate: Rate) -> Grant:
        return self._levels.take(account, units, owed=owed, rate=rate, now=self._now())
