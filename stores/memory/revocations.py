"""Revocations in a dict: the reference implementation of the port."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from stores.domain.revocations import Revocation, RevocationKind
from stores.ports.revocations import Revocations


class MemoryRevocations(Revocations):
    """Revocations of one process."""

    def __init__(self) -> None:
        self._kept: dict[tuple[RevocationKind, str], Revocation] = {}

    async def ping(self) -> None:
        return None

    async def revoke(self, revocation: Revocation) -> None:
        key = (revocation.kind, revocation.key)
        earlier = self._kept.get(key, revocation)
        self._kept[key] = replace(
            revocation,
            revoked_at=max(earlier.revoked_at, revocation.revoked_at),
            until=max(earlier.until, revocation.until),
        )

    async def in_force(self, now: datetime) -> Sequence[Revocation]:
        self._kept = {key: each for key, each in self._kept.items() if each.until > now}
        return list(self._kept.values())

    async def recent(self) -> Sequence[Revocation]:
        return list(self._kept.values())
