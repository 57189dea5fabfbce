"""Delays between repeated attempts, for every client, relay and poller of the project."""

import random
from collections.abc import Callable
from datetime import timedelta


class Backoff:
    """The delay before each further attempt: `first` after the first failure, then twice as long each time, at most
    `longest`.

    `jitter` (0 … 1) is the share of a delay that is random, so that clients that failed together do not retry
    together: with 0.5 a delay lies between half and all of its bound. `draw` returns numbers in [0, 1).
    """

    __slots__ = ("_bound", "_draw", "_first", "_jitter", "_longest")

    def __init__(
        self,
        *,
        first: timedelta = timedelta(seconds=0.5),
        longest: timedelta = timedelta(seconds=10),
        jitter: float = 0.5,
        draw: Callable[[], float] = random.random,
    ) -> None:
        if not timedelta() < first <= longest or not 0 <= jitter <= 1:
            raise ValueError("a backoff needs 0 < first <= longest and a jitter between 0 and 1")
        self._first = first
        self._longest = longest
        self._jitter = jitter
        self._draw = draw
        self._bound = timedelta()

    @property
    def failing(self) -> bool:
        """Whether the latest attempt failed."""
        return bool(self._bound)

    def next_delay(self) -> timedelta:
        """Record a failure and return how long to wait before the next attempt."""
        self._bound = min(self._longest, self._bound * 2 or self._first)
        return self._bound * (1 - self._jitter * self._draw())

    def reset(self) -> None:
        """Record a success: the next failure starts at `first` again."""
        self._bound = timedelta()
