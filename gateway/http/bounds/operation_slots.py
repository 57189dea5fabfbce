"""How many operations run at once."""

from collections import Counter
from datetime import timedelta

from gateway.http.refusal import RequestRefused
from gateway.observability.refusals import RefusalKind, Refusals
from resolvers.error_codes import ErrorCode

RETRY_AFTER = timedelta(seconds=1)


class OperationSlots:
    """Counts the operations of a process. Subscriptions leave the count when they have begun: they mostly wait.

    One subject may take three quarters of the slots, so that it cannot keep others out; so may all clients without a
    token together, whose subject is empty."""

    def __init__(self, most: int, *, refusals: Refusals | None = None) -> None:
        self._most = most
        self._most_of_one = most - most // 4
        self._refusals = refusals or Refusals()
        self.count = 0
        self.taken: Counter[str] = Counter()

    def check(self) -> None:
        """Raise `RequestRefused` (OVERLOADED, 503) if no slot is free. A request is checked before its body is read."""
        if self.count >= self._most:
            raise self._overloaded()

    def take(self, subject: str) -> "Slot":
        """Take a slot. Raises as `check`, also if the subject has as many as it may."""
        self.check()
        if self.taken[subject] >= self._most_of_one:
            raise self._overloaded()
        return Slot(self, subject)

    def _overloaded(self) -> RequestRefused:
        self._refusals.count(RefusalKind.OPERATIONS)
        return RequestRefused(
            ErrorCode.OVERLOADED, "the gateway is overloaded: retry later", status=503, retry_after=RETRY_AFTER
        )


class Slot:
    """The place of one operation in the count, until it is freed."""

    __slots__ = ("_slots", "_subject", "_taken")

    def __init__(self, slots: OperationSlots, subject: str) -> None:
        """Take a place, even beyond the limit: for work that has begun."""
        self._slots = slots
        self._subject = subject
        self._taken = True
        slots.count += 1
        slots.taken[subject] += 1

    def free(self) -> None:
        """Give up the place. Repeating it changes nothing."""
        if self._taken:
            self._taken = False
            self._slots.count -= 1
            taken = self._slots.taken
            taken[self._subject] -= 1
            if not taken[self._subject]:
                del taken[self._subject]
