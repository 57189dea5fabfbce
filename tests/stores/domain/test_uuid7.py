"""UUIDv7."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from stores.domain.uuid7 import uuid7


def test_new_ids_are_ordered_by_time() -> None:
    """The example of RFC 9562, appendix A.6."""
    moment = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    random_bytes = (0xCC3 << 64 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    assert uuid7(moment, random_bytes) == UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
    assert uuid7(moment, bytes([255] * 10)) < uuid7(moment + timedelta(milliseconds=1), bytes(10))
