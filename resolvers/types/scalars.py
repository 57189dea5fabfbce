"""The scalars DateTime, Date, BigInt, UUID and _Any."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NewType
from uuid import UUID

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

from stores.domain.rfc3339 import parse_rfc3339

BigInt = NewType("BigInt", int)
UUID_FORM = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
Representation = NewType("Representation", object)
"""A representation of an entity, as a router sends it: any JSON value."""


def show_time(moment: datetime) -> str:
    """RFC 3339 in UTC, with milliseconds."""
    in_utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return in_utc.isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def parse_time(value: Any) -> datetime:
    """Parse RFC 3339 (`parse_rfc3339`). GraphQLError for anything else."""
    if not isinstance(value, str):
        raise GraphQLError("a DateTime is RFC 3339 text with an offset, such as 2026-03-01T08:01:00.000Z")
    try:
        return parse_rfc3339(value)
    except ValueError as error:
        raise GraphQLError(f"{value[:40]} {error}") from None


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


def parse_uuid(value: Any) -> UUID:
    """Parse a UUID. GraphQLError for anything else."""
    if isinstance(value, str) and UUID_FORM.fullmatch(value):
        return _uuid_of(value)
    raise GraphQLError("a UUID has the form 01234567-89ab-cdef-0123-456789abcdef")


@lru_cache(maxsize=1024)
def _uuid_of(text: str) -> UUID:
    """The UUID of a text. The events of a batch repeat their registration."""
    return UUID(text)


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
        UUID: strawberry.scalar(
            name="UUID",
            description="A UUID in its usual form with hyphens.",
            specified_by_url="https://www.rfc-editor.org/rfc/rfc9562",
            serialize=str,
            parse_value=parse_uuid,
        ),
        BigInt: strawberry.scalar(
            name="BigInt",
            description="A 64-bit integer as a decimal number in a string.",
            serialize=str,
            parse_value=parse_big_int,
        ),
        Representation: strawberry.scalar(
            name="_Any", description="The `__typename` of an entity and the fields of one of its keys."
        ),
    }
)
