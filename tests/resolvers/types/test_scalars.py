"""DateTime, Date and BigInt: what they accept, and what becomes of it."""

import pytest
from graphql import GraphQLError

from resolvers.types.scalars import parse_big_int, parse_date, parse_time, parse_uuid, show_time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T08:01:00Z", "2026-03-01T08:01:00.000Z"),
        ("2026-03-01t08:01:00z", "2026-03-01T08:01:00.000Z"),
        ("2026-03-01T08:01:00.123999+02:00", "2026-03-01T06:01:00.123Z"),
        ("2026-03-01T08:01:00.1234567890123Z", "2026-03-01T08:01:00.123Z"),
        ("0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_rfc_3339_is_accepted_and_truncated_to_milliseconds(text: str, expected: str) -> None:
    assert show_time(parse_time(text)) == expected


@pytest.mark.parametrize(
    "text",
    ["2016-12-31T23:59:60Z", "2016-12-31T23:59:60.5Z", "2017-01-01T00:59:60+01:00", "2016-12-31t15:59:60-08:00"],
)
def test_a_leap_second_is_the_last_millisecond_before_it(text: str) -> None:
    assert show_time(parse_time(text)) == "2016-12-31T23:59:59.999Z"


@pytest.mark.parametrize(
    "text",
    [
        "2016-12-31T23:58:60Z",
        "2016-12-30T23:59:60Z",
        "2016-12-31T23:59:60+01:00",
        "2016-12-31T23:59:61Z",
        "2016-02-30T00:00:00Z",
        "2016-02-03T24:00:00Z",
        "2016-02-03 00:00:00Z",
        "2016-02-03T00:00:00",
        "٢٠١٦-02-03T00:00:00Z",
        "2016-02-03T00:00:00Z\n",
    ],
)
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(GraphQLError):
        parse_time(text)


@pytest.mark.parametrize("value", ["", "1.0", "1e3", "٣", "12345678901234567890", 1, None])
def test_a_big_int_is_a_decimal_number_in_a_string(value: object) -> None:
    assert parse_big_int("-9223372036854775808") == -(2**63)
    with pytest.raises(GraphQLError):
        parse_big_int(value)


def test_a_date_is_year_month_and_day() -> None:
    assert parse_date("2024-02-29").isoformat() == "2024-02-29"
    for value in ("2023-02-29", "20240229", "2024-2-9", "2024-02-29T00:00:00Z", "\u0661024-02-29", 20240229, None):
        with pytest.raises(GraphQLError):
            parse_date(value)


@pytest.mark.parametrize("value", ["", "7", "01a2222e-a3a0-7df0-95ee-8fbdbc873e9", 7, None])
def test_other_values_are_no_uuid(value: object) -> None:
    with pytest.raises(GraphQLError, match="a UUID has the form"):
        parse_uuid(value)
