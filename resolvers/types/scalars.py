"""The scalars DateTime, Date and BigInt."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

BigInt = NewType("BigInt", int)
RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:([0-9]{2})(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def show_time(moment: datetime) -> str:
    """RFC 3339 in UTC, with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def parse_time(value: Any) -> datetime:
    """Parse RFC 3339 with an offset, truncated to milliseconds and converted to UTC. GraphQLError for anything else.

    A leap second (RFC 3339 section 5.7: only at the end of a month in UTC) becomes the last millisecond before it,
    because `datetime` has none.
    """
    if not isinstance(value, str) or (parts := RFC3339.fullmatch(value)) is None:
        raise GraphQLError("a DateTime is RFC 3339 text with an offset, such as 2026-03-01T08:01:00.000Z")
    text = value.upper()
    leap = parts[1] == "60"
    if leap:
        text = f"{text[:17]}59.999{parts[3].upper()}"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise GraphQLError(f"{value[:40]} is not a valid date and time") from None
    if moment.tzinfo is not UTC:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:  # within a day of the earliest or the latest moment: take that one
            moment = EARLIEST if moment.year == 1 else LATEST
    if leap and not _ends_month(moment):
        raise GraphQLError(
            f"{value[:40]} is not a valid date and time: leap seconds occur at the end of a month in UTC"
        )
    # A batch has hundreds of times, most of them in whole milliseconds.
    rest = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - rest) if rest else moment


def _ends_month(moment: datetime) -> bool:
    return (moment.hour, moment.minute) == (23, 59) and (
        moment.date() == LATEST.date() or (moment + timedelta(days=1)).day == 1
    )


def parse_date(value: Any) -> date:
    """Parse YYYY-MM-DD. GraphQLError for anything else."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise GraphQLError("a Date is a date of the calendar in the form YYYY-MM-DD")


def parse_big_int(value: Any) -> BigInt:
    """Parse a decimal number in a string. GraphQLError for anything else."""
    if not isinstance(value, str) or re.fullmatch(r"-?[0-9]{1,19}", value) is None:
        raise GraphQLError("a BigInt is a decimal number in a string")
    return BigInt(int(value))


CONFIG = StrawberryConfig(
    scalar_map={
        datetime: strawberry.scalar(
            name="DateTime",
            description="A moment: RFC 3339 text in UTC with milliseconds. Any offset is accepted as input.",
            specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
            serialize=show_time,
            parse_value=parse_time,
        ),
        date: strawberry.scalar(
            name="Date",
            description="A date of the calendar: YYYY-MM-DD.",
            specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
            serialize=date.isoformat,
            parse_value=parse_date,
        ),
        BigInt: strawberry.scalar(
            name="BigInt",
            description="A 64-bit integer as a decimal number in a string.",
            serialize=str,
            parse_value=parse_big_int,
        ),
    }
)
