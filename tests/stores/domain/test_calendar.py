"""Windows of local time adjoin and start on the hours of the wall clock, across every change of clocks."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from stores.domain.calendar import QUARTER, Span, Window, floor_of, spans, zone_named

ZONES = [
    "UTC",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Havana",
    "Asia/Beirut",
    "Pacific/Apia",
    "Pacific/Chatham",
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def lengths(window: Window, zone: str, start: str, end: str) -> list[float]:
    found = spans(window, Span(at(start), at(end)), zone_named(zone), most=1_000)
    return [(span.end - span.start) / timedelta(hours=1) for span in found]


def starts(window: Window, zone: str, start: str, end: str) -> list[str]:
    found = spans(window, Span(at(start), at(end)), zone_named(zone), most=1_000)
    return [span.start.astimezone(zone_named(zone)).isoformat() for span in found]


@pytest.mark.parametrize(
    ("zone", "start", "end", "hours"),
    [
        ("Europe/London", "2026-03-28T00:00Z", "2026-03-30T20:00Z", [24, 23, 24]),
        ("Europe/London", "2026-10-24T12:00Z", "2026-10-26T12:00Z", [24, 25, 24]),
        ("Australia/Lord_Howe", "2026-10-03T12:00Z", "2026-10-04T14:00Z", [24, 23.5, 24]),
        ("UTC", "2026-03-28T00:00Z", "2026-03-29T00:00Z", [24]),
    ],
)
def test_days_are_as_long_as_their_zone_makes_them(zone: str, start: str, end: str, hours: list[float]) -> None:
    assert lengths(Window.DAY, zone, start, end) == hours


def test_a_day_without_a_midnight_starts_at_its_first_moment() -> None:
    # In São Paulo the clocks went from 23:59:59 to 01:00 on 4 November 2018; in Cairo on 28 April 2023.
    assert starts(Window.DAY, "America/Sao_Paulo", "2018-11-03T12:00-03:00", "2018-11-05T12:00-02:00") == [
        "2018-11-03T00:00:00-03:00",
        "2018-11-04T01:00:00-02:00",
        "2018-11-05T00:00:00-02:00",
    ]
    assert lengths(Window.DAY, "Africa/Cairo", "2023-04-27T12:00+02:00", "2023-04-29T12:00+03:00") == [24, 23, 24]


def test_a_midnight_that_comes_twice_starts_the_day_once() -> None:
    # In Havana the clocks go from 01:00 back to 00:00.
    assert starts(Window.DAY, "America/Havana", "2026-10-31T12:00-04:00", "2026-11-02T12:00-05:00") == [
        "2026-10-31T00:00:00-04:00",
        "2026-11-01T00:00:00-04:00",
        "2026-11-02T00:00:00-05:00",
    ]


def test_a_day_that_never_was_is_no_window() -> None:
    # Samoa had no 30 December 2011.
    days = starts(Window.DAY, "Pacific/Apia", "2011-12-29T12:00-10:00", "2011-12-31T12:00+14:00")
    assert [day[:10] for day in days] == ["2011-12-29", "2011-12-31"]


def test_quarter_hours_of_offset() -> None:
    assert starts(Window.HOUR, "Asia/Kathmandu", "2026-03-28T12:20Z", "2026-03-28T13:20Z") == [
        "2026-03-28T18:00:00+05:45",
        "2026-03-28T19:00:00+05:45",
    ]
    [day] = spans(
        Window.DAY, Span(at("2026-03-28T12:00Z"), at("2026-03-28T12:01Z")), zone_named("Asia/Kathmandu"), most=1
    )
    assert day == Span(at("2026-03-27T18:15Z"), at("2026-03-28T18:15Z"))


def test_an_hour_into_which_clocks_are_set_half_an_hour_forward_is_short() -> None:
    # On Lord Howe Island they went from 02:00 to 02:30.
    assert starts(Window.HOUR, "Australia/Lord_Howe", "2026-10-04T01:10+10:30", "2026-10-04T03:40+11:00") == [
        "2026-10-04T01:00:00+10:30",
        "2026-10-04T02:30:00+11:00",
        "2026-10-04T03:00:00+11:00",
    ]
    assert starts(Window.HOUR, "Australia/Lord_Howe", "2026-10-04T23:00+11:00", "2026-10-05T00:30+11:00") == [
        "2026-10-04T23:00:00+11:00",
        "2026-10-05T00:00:00+11:00",
    ]


def test_an_hour_in_which_clocks_are_set_half_an_hour_back_is_long() -> None:
    # On Lord Howe Island they went from 02:00 back to 01:30.
    found = spans(
        Window.HOUR,
        Span(at("2026-04-04T14:00Z"), at("2026-04-04T17:00Z")),
        zone_named("Australia/Lord_Howe"),
        most=9,
    )
    assert [f"{span.start:%H:%M}-{span.end:%H:%M}" for span in found] == ["14:00-15:30", "15:30-16:30", "16:30-17:30"]


def test_an_hour_that_comes_twice_is_two_windows() -> None:
    assert starts(Window.HOUR, "Europe/London", "2026-10-25T00:00Z", "2026-10-25T03:00Z") == [
        "2026-10-25T01:00:00+01:00",
        "2026-10-25T01:00:00+00:00",
        "2026-10-25T02:00:00+00:00",
    ]


def test_weeks_are_those_of_iso_8601() -> None:
    assert [
        date.fromisoformat(start[:10]).isocalendar()[:3]
        for start in starts(Window.WEEK, "Europe/London", "2026-12-30T00:00Z", "2027-01-12T00:00Z")
    ] == [(2026, 53, 1), (2027, 1, 1), (2027, 2, 1)]
    assert lengths(Window.WEEK, "Europe/London", "2026-03-25T00:00Z", "2026-03-30T12:00Z") == [7 * 24 - 1, 7 * 24]


def test_windows_are_whole_and_limited() -> None:
    zone = zone_named("UTC")
    asked = Span(at("2026-03-28T10:20Z"), at("2026-03-28T12:00Z"))
    assert spans(Window.HOUR, asked, zone, most=2) == (
        Span(at("2026-03-28T10:00Z"), at("2026-03-28T11:00Z")),
        Span(at("2026-03-28T11:00Z"), at("2026-03-28T12:00Z")),
    )
    with pytest.raises(ValueError, match="more than 1 windows"):
        spans(Window.HOUR, asked, zone, most=1)
    assert spans(Window.DAY, Span(asked.end, asked.start), zone, most=1) == ()
    assert spans(Window.DAY, Span(asked.end, asked.end), zone, most=0) == ()


@pytest.mark.parametrize("name", ["US/Pacific", "Asia/Calcutta", "Etc/GMT+5", "EST5EDT", "UTC"])
def test_links_and_old_names_are_zones(name: str) -> None:
    assert zone_named(name).key == name


@pytest.mark.parametrize(
    "name",
    [
        *("", "Mars/Olympus", "../etc/passwd", "/etc/passwd", "Europe", "Europe/London\0", "é", " UTC"),
        *("localtime", "posixrules", "Factory", "right/Europe/Berlin", "posix/Europe/Berlin", "zone.tab"),
        *("europe/berlin", "utc", "EUROPE/BERLIN", "Europe//Berlin", "Europe/../Europe/Berlin", "Europe/Berlin/"),
    ],
)
def test_an_unknown_zone_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match="unknown time zone"):
        zone_named(name)


@settings(max_examples=400, derandomize=True, deadline=None)
@given(
    window=some.sampled_from(Window),
    zone=some.sampled_from(ZONES).map(zone_named),
    start=some.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=some.just(UTC)),  # noqa: DTZ001
    length=some.timedeltas(timedelta(microseconds=1), timedelta(days=9)),
)
@example(Window.HOUR, zone_named("Australia/Lord_Howe"), at("2026-10-03T00:10Z"), timedelta(days=3))
@example(Window.HOUR, zone_named("Australia/Lord_Howe"), at("2026-04-04T00:10Z"), timedelta(days=3))
@example(Window.HOUR, zone_named("Europe/London"), at("2026-10-24T00:10Z"), timedelta(days=3))
@example(Window.HOUR, zone_named("Africa/Cairo"), at("2023-04-27T00:10Z"), timedelta(days=3))
@example(Window.HOUR, zone_named("America/Havana"), at("2026-10-31T00:10Z"), timedelta(days=3))
@example(Window.WEEK, zone_named("Pacific/Apia"), at("2011-12-25T00:10Z"), timedelta(days=9))
def test_windows_cover_adjoin_and_keep_to_quarters(
    window: Window, zone: Any, start: datetime, length: timedelta
) -> None:
    asked = Span(start, start + length)
    found = spans(window, asked, zone, most=1_000)
    assert found[0].start <= asked.start < found[0].end
    assert found[-1].start < asked.end <= found[-1].end
    assert all(one.end == other.start for one, other in pairwise(found))
    for span in found:
        assert (span.start - datetime(2000, 1, 1, tzinfo=UTC)) % QUARTER == timedelta(0)
        assert QUARTER <= span.end - span.start <= timedelta(days=7, hours=1)
        assert floor_of(span.start, window, zone) == span.start
        assert floor_of(span.end - timedelta(microseconds=1), window, zone) == span.start
