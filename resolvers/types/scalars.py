"""Scalars beyond GraphQL's own."""

import re
from datetime import UTC, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

BigInt = NewType("BigInt", int)
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def show_time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def read_time(value: Any) -> datetime:
    """RFC 3339 with an offset, cut to whole milliseconds."""
    if not isinstance(value, str) or RFC3339.fullmatch(value) is None:
        raise GraphQLError("a DateTime is RFC 3339 text with an offset, such as 2026-03-01T08:01:00.000Z")
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError:
        raise GraphQLError("no such moment") from None
    if moment.tzinfo is not UTC:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:  # within a day of the first or the last moment there is, which stands for it
            moment = EARLIEST if moment.year == 1 else LATEST
    # Events come by the hundred, in whole milliseconds as a rule.
    rest = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - rest) if rest else moment


def read_big_int(value: Any) -> BigInt:
    if not isinstance(value, str) or re.fullmatch(r"-?\d{1,19}", value) is None:
        raise GraphQLError("a BigInt is a decimal number in a string")
    return BigInt(int(value))


CONFIG = StrawberryConfig(
    scalar_map={
        datetime: strawberry.scalar(
            name="DateTime",
            description="RFC 3339 in UTC with milliseconds.",
            specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
            serialize=show_time,
            parse_value=read_time,
        ),
        BigInt: strawberry.scalar(
            name="BigInt",
            description="A 64-bit integer as a decimal string.",
            serialize=str,
            parse_value=read_big_int,
        ),
    }
)
