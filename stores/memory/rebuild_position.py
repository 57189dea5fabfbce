"""How far a rebuild of progress has come."""

from collections.abc import Iterable
from uuid import UUID


class RebuildPosition:
    """The position of a rebuild in memory; the port says what its methods mean."""

    def __init__(self) -> None:
        self._under_way = False
        self._after: UUID | None = None

    def start(self) -> None:
        """Begin a rebuild, unless one has not ended."""
        if not self._under_way:
            self._under_way, self._after = True, None

    def advance(self, after: UUID | None) -> None:
        """Move on to this registration; None ends the rebuild."""
        if after is None:
            self._under_way = False
        elif self._after is None or after > self._after:
            self._after = after

    def left(self, registrations: Iterable[UUID]) -> list[UUID] | None:
        """The registrations that are left, in order; None if no rebuild is under way."""
        if not self._under_way:
            return None
        return sorted(key for key in registrations if self._after is None or key > self._after)
