"""The port of rates: what each account has used lately, shared by all processes. In Redis by default."""

from typing import Protocol

from stores.domain.rates import Grant, Rate
from stores.ports.pinger import Pinger


class Rates(Pinger, Protocol):
    """Grants units to accounts within their rate. The clock is that of the store, if it has one: processes' clocks
    differ. What an account used is forgotten once it has flowed off."""

    async def take(self, account: str, units: int, *, owed: float, rate: Rate) -> Grant:
        """Settle what an account owes, then grant it as many of `units` as its burst leaves room for, in one step.

        `owed`: units that were used beyond earlier grants; below 0, units of earlier grants that were not used and come
        back. At most `Rate.most_owed` beyond the burst are remembered. Without `units`, it only settles.
        """
