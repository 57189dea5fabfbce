"""The port of revocations of tokens, with progress in SQL by default."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from stores.domain.revocations import Revocation
from stores.ports.pinger import Pinger


class Revocations(Pinger, Protocol):
    """The revocations that are in force."""

    async def revoke(self, revocation: Revocation) -> None:
        """Keep a revocation. Of two of one key the later times count, so repetition is safe. Those that ended before
        `revoked_at` may be removed."""

    async def in_force(self, now: datetime) -> Sequence[Revocation]:
        """All revocations that are kept until after `now`, in any order."""

    async def recent(self) -> Sequence[Revocation]:
        """At least those that were recorded within the last minute (`RECENT`), by the clock of the store, in any order.
        A reader who has all others reads this often."""
