"""Rates: how many units an account may use in a time, by the generic cell rate algorithm (GCRA, ITU-T I.371).

The only state of an account is the time at which all that it used will have flowed off, its `level`. Units flow off at
the rate; an account may be ahead of the present by the burst.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from math import ceil

MICROSECOND = timedelta(microseconds=1)
SWEPT = 2
"""Accounts that each call looks at, to forget those that have nothing in use: more than one that it may add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`per_minute` units flow off in a minute, `burst` of them may be used at once. Both are at least 1."""

    per_minute: int
    burst: int

    @property
    def unit_us(self) -> float:
        """The microseconds in which a unit flows off."""
        return 60_000_000 / self.per_minute

    @property
    def most_owed(self) -> int:
        """The most units that an account can owe."""
        return self.burst


@dataclass(frozen=True, slots=True)
class Grant:
    """The answer to a request for units. `units` may be used; if there are none, some can be had after `wait`."""

    units: int
    wait: timedelta = timedelta()


@dataclass(slots=True)
class Levels:
    """The levels of the accounts of one process, in microseconds since 1970."""

    _levels: dict[str, float] = field(default_factory=dict)  # in the order of their last use

    def take(self, account: str, units: int, *, owed: float, rate: Rate, now: datetime) -> Grant:
        """Settle what an account owes, and grant it up to `units`. `stores.ports.rates` has the promise."""
        now_us, unit = now.timestamp() * 1e6, rate.unit_us
        full = now_us + rate.burst * unit
        level = max(self._levels.pop(account, 0), now_us) + owed * unit
        level = min(max(level, now_us), full + rate.most_owed * unit)
        granted = max(0, min(units, round((full - level) / unit, 6) // 1))
        wait = 0 if granted or not units else ceil(level + unit - full)
        self._levels[account] = level + granted * unit
        self._sweep(now_us)
        return Grant(int(granted), wait * MICROSECOND)

    def _sweep(self, now_us: float) -> None:
        for account in list(islice(self._levels, SWEPT)):
            if self._levels[account] <= now_us:
                del self._levels[account]
