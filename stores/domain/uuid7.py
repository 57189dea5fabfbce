"""UUIDs in the order of time, for events and registrations made by the gateway."""

from datetime import datetime
from uuid import UUID

from stores.domain.paging import to_ms


def uuid7(now: datetime, random_bytes: bytes) -> UUID:
    """A UUID in the order of time (RFC 9562, section 5.7): 48 bits of milliseconds, 74 of `noise` (10 bytes)."""
    number = to_ms(now) << 80 | int.from_bytes(random_bytes, "big")
    return UUID(int=number & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)
