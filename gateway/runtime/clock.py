"""The gateway's clock."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The current time in UTC, cut to whole milliseconds: the precision of every store."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
