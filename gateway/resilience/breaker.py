"""A breaker: it refuses calls to a store that fails, so that each does not wait for its deadline."""

from collections.abc import Callable
from dataclasses import dataclass, field

SLICES = 10
"""The window slides in steps of a tenth."""
IN_A_ROW = 2
"""How many failures in a row open a breaker if a ping is among them: a single one may be a pause of this process."""
FIRST_HOLD, LONGEST_HOLD = 1.0, 3.0
"""Seconds for which pings do not close a breaker that opened again soon after it was closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRules:
    """A breaker opens when at least `calls` calls ended within the last `window` seconds, and at least `share` (0 … 1)
    of them failed."""

    window: float
    calls: int = 5
    share: float = 0.5


def ignore(is_open: bool) -> None:
    """Do nothing when a breaker opens or closes."""


@dataclass(slots=True, kw_only=True)
class Breaker:
    """Counts the calls of one class to one store. `clock` is monotonic, in seconds.

    A failed ping opens it, too, if it and another ping or call failed in a row: there may be too few calls for a share.
    Only a ping closes it, so no request has to try a store that may be down. If calls fail although pings are answered,
    it opens again and stays open for longer each time, at most `LONGEST_HOLD`. `on_change` is given the new state.
    """

    rules: BreakerRules
    clock: Callable[[], float]
    on_change: Callable[[bool], None] = ignore
    is_open: bool = False
    period: int = 0
    """How often it opened or closed. A call counts only in the period in which it began."""
    _slices: list[list[int]] = field(default_factory=list)
    """Of each slice of the window: its number, its calls, and those that failed."""
    _failed_pings: int = 0
    _in_a_row: int = 0
    _changed_at: float = float("-inf")
    _hold: float = 0.0

    def __post_init__(self) -> None:
        self._forget_calls()

    @property
    def opened(self) -> int:
        """How often it opened."""
        return (self.period + 1) // 2

    def succeeded(self, period: int) -> None:
        """The store answered a call that began in this period."""
        if period == self.period:
            self._failed_pings = self._in_a_row = 0
            self._slice()[1] += 1

    def failed(self, period: int) -> None:
        """A call that began in this period found the store unavailable, or took its whole deadline."""
        if period != self.period or self.is_open:
            return
        self._in_a_row += 1
        current = self._slice()
        current[1] += 1
        current[2] += 1
        recent = [each for each in self._slices if each[0] > current[0] - SLICES]
        calls, failures = sum(each[1] for each in recent), sum(each[2] for each in recent)
        if self._fails_in_a_row() or (calls >= self.rules.calls and failures >= self.rules.share * calls):
            again = self.clock() - self._changed_at < 2 * self.rules.window
            self._hold = min(LONGEST_HOLD, self._hold * 2 or FIRST_HOLD) if again else 0.0
            self._change(is_open=True)

    def pinged(self, *, answered: bool, began: float) -> None:
        """A ping that began at this time was answered, or not."""
        if not answered:
            self._failed_pings += 1
            self._in_a_row += 1
            if not self.is_open and self._fails_in_a_row():
                self._hold = 0.0
                self._change(is_open=True)
        elif not self.is_open:
            self._failed_pings = self._in_a_row = 0
        elif began >= self._changed_at + self._hold:
            self._change(is_open=False)

    def held_for(self) -> float:
        """The seconds until a ping may close it; 0 if it is closed."""
        return max(0.0, self._changed_at + self._hold - self.clock()) if self.is_open else 0.0

    def _fails_in_a_row(self) -> bool:
        return self._failed_pings > 0 and self._in_a_row >= IN_A_ROW

    def _change(self, *, is_open: bool) -> None:
        self.is_open = is_open
        self.period += 1
        self._changed_at = self.clock()
        self._failed_pings = self._in_a_row = 0
        self._forget_calls()
        self.on_change(is_open)

    def _forget_calls(self) -> None:
        self._slices = [[0, 0, 0] for _ in range(SLICES)]

    def _slice(self) -> list[int]:
        number = int(self.clock() * SLICES / self.rules.window)
        current = self._slices[number % SLICES]
        if current[0] != number:
            current[:] = number, 0, 0
        return current
