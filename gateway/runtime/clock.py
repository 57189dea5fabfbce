from datetime import UTC, datetime


def utc_now() -> datetime:
    """The gateway's clock: whole milliseconds, as every store keeps them."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
