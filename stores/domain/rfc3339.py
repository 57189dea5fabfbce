"""Times as text: RFC 3339."""

import re
from datetime import UTC, datetime, timedelta

RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:([0-9]{2})(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def parse_rfc3339(text: str) -> datetime:
    """The moment of a text with an offset, truncated to milliseconds and converted to UTC. ValueError for anything
    else.

    A leap second (RFC 3339 section 5.7: only at the end of a month in UTC) becomes the last millisecond before it,
    because `datetime` has none.
    """
    parts = RFC3339.fullmatch(text)
    if parts is None:
        raise ValueError("is not RFC 3339 text with an offset, such as 2026-03-01T08:01:00.000Z")
    upper = text.upper()
    leap = parts[1] == "60"
    if leap:
        upper = f"{upper[:17]}59.999{parts[3].upper()}"
    try:
        moment = datetime.fromisoformat(upper)
    except ValueError:
        raise ValueError("is not a valid date and time") from None
    if moment.tzinfo is not UTC:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:  # within a day of the earliest or the latest moment: take that one
            moment = EARLIEST if moment.year == 1 else LATEST
    if leap and not _ends_month(moment):
        raise ValueError("is not a valid date and time: leap seconds occur at the end of a month in UTC")
    # A batch has hundreds of times, most of them in whole milliseconds.
    rest = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - rest) if rest else moment


def _ends_month(moment: datetime) -> bool:
    return (moment.hour, moment.minute) == (23, 59) and (
        moment.date() == LATEST.date() or (moment + timedelta(days=1)).day == 1
    )
