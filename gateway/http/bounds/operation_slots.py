"""How many operations run at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from gateway.http.refusal import RequestRefused
from resolvers.error_codes import ErrorCode

RETRY_AFTER = timedelta(seconds=1)


class OperationSlots:
    """Counts the operations of a process. Subscriptions leave the count when they have begun: they mostly wait."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    def check(self) -> None:
        """Raise `RequestRefused` (OVERLOADED, 503) if no slot is free. A request is checked before its body is read."""
        if self._taken >= self._most:
            raise RequestRefused(
                ErrorCode.OVERLOADED, "the gateway is overloaded: retry later", status=503, retry_after=RETRY_AFTER
            )

    @contextmanager
    def slot(self) -> Iterator[Callable[[], None]]:
        """Take a slot for the block. The function that it yields frees the slot early. Raises as `check`."""
        self.check()
        free = self.take()
        try:
            yield free
        finally:
            free()

    def take(self) -> Callable[[], None]:
        """Take a slot, even if none is free: for work that has begun. Returns the function that frees it."""
        self._taken += 1
        taken = True

        def free() -> None:
            nonlocal taken
            if taken:
                taken = False
                self._taken -= 1

        return free
