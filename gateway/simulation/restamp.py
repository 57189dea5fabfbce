"""An event as of now: its id is fresh and in the order of time, so that the ledger takes it for what it is: new."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from stores.domain.events import Event
from stores.domain.uuid7 import uuid7

RandomBytes = Callable[[int], bytes]
COUNTS = 1 << 12


class Fresh:
    """What is stamped within one millisecond keeps its order by a count beneath the time (RFC 9562, section 6.2,
    method 1): the ledger orders a registration's events by `(at, id)`."""

    def __init__(self, random_bytes: RandomBytes) -> None:
        self._noise = random_bytes
        self._at: datetime | None = None
        self._count = 0

    def __call__(self, event: Event, at: datetime) -> Event:
        """The event with the time `at` and a new id."""
        return replace(event, id=self.new_id(at), at=at)

    def new_id(self, at: datetime) -> UUID:
        """A new UUIDv7, greater than all earlier ones of times up to `at`."""
        self._count = (self._count + 1) % COUNTS if at == self._at else 0
        self._at = at
        return uuid7(at, self._count.to_bytes(2, "big") + self._noise(8))
