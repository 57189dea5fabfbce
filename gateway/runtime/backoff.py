from datetime import timedelta

FIRST, LONGEST = timedelta(seconds=0.5), timedelta(seconds=10)


class Backoff:
    """How long to wait before the next try: longer after every failure, up to a limit."""

    def __init__(
        self, *, first: timedelta = timedelta(seconds=0.5), longest: timedelta = timedelta(seconds=10)
    ) -> None:
        self._first = first
        self._longest = longest
        self._last = timedelta()

    @property
    def failing(self) -> bool:
        return bool(self._last)

    def grow(self) -> timedelta:
        """Another failure: the pause that follows it."""
        self._last = min(self._longest, self._last * 2 or self._first)
        return self._last

    def end(self) -> None:
        """It went well."""
        self._last = timedelta()
