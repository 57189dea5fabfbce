"""How many operations run at once."""

from datetime import timedelta

from gateway.http.refusal import RequestRefused
from resolvers.error_codes import ErrorCode

RETRY_AFTER = timedelta(seconds=1)


class OperationSlots:
    """Counts the operations of a process. Subscriptions leave the count when they have begun: they mostly wait."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.taken = 0

    def check(self) -> None:
        """Raise `RequestRefused` (OVERLOADED, 503) if no slot is free. A request is checked before its body is read."""
        if self.taken >= self._most:
            raise RequestRefused(
                ErrorCode.OVERLOADED, "the gateway is overloaded: retry later", status=503, retry_after=RETRY_AFTER
            )

    def take(self) -> "Slot":
        """Take a slot. Raises as `check`."""
        self.check()
        return Slot(self)


class Slot:
    """The place of one operation in the count, until it is freed."""

    __slots__ = ("_slots", "_taken")

    def __init__(self, slots: OperationSlots) -> None:
        """Take a place, even beyond the limit: for work that has begun."""
        self._slots = slots
        self._taken = True
        slots.taken += 1

    def free(self) -> None:
        """Give up the place. Repeating it changes nothing."""
        if self._taken:
            self._taken = False
            self._slots.taken -= 1
