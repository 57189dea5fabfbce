"""UUIDs that are ordered by time, for events and registrations that the gateway creates."""

from datetime import datetime
from uuid import UUID

from stores.domain.paging import to_ms


def uuid7(now: datetime, random_bytes: bytes) -> UUID:
    """A version 7 UUID (RFC 9562, section 5.7): 48 bits of milliseconds and 74 of `random_bytes` (10 bytes)."""
    number = to_ms(now) << 80 | int.from_bytes(random_bytes, "big")
    return UUID(int=number & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)
