"""Gives events the current time and new ids, so that the ledger takes them for new events."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from stores.domain.events import Event
from stores.domain.uuid7 import uuid7

RandomBytes = Callable[[int], bytes]
COUNTER_RANGE = 1 << 12


class Restamper:
    """Makes UUIDv7 ids that grow with each call, also within a millisecond: a counter follows the time (RFC 9562,
    section 6.2, method 1). The ledger orders the events of a registration by `(at, id)`."""

    def __init__(self, random_bytes: RandomBytes) -> None:
        self._random_bytes = random_bytes
        self._at: datetime | None = None
        self._count = 0

    def restamp(self, event: Event, at: datetime) -> Event:
        """The event with the time `at` and a new id."""
        return replace(event, id=self.new_id(at), at=at)

    def new_id(self, at: datetime) -> UUID:
        """A new id, greater than all earlier ones of times up to `at`."""
        self._count = (self._count + 1) % COUNTER_RANGE if at == self._at else 0
        self._at = at
        return uuid7(at, self._count.to_bytes(2, "big") + self._random_bytes(8))
