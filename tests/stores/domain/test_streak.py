"""Streaks: days of local time, across every change of clocks."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from stores.domain.calendar import QUARTER, zone_named
from stores.domain.paging import EPOCH
from stores.domain.streak import Streak, local_days, streak_of

NAMES = [name for name in files("tzdata").joinpath("zones").read_text().split() if name != "Factory"]
NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)
BERLIN = zone_named("Europe/Berlin")


def quarters(*moments: str, zone: ZoneInfo = BERLIN) -> list[int]:
    """The quarters of these moments of local time, such as 2026-03-29 23:45."""
    times = [datetime.fromisoformat(moment).replace(tzinfo=zone).astimezone(UTC) for moment in moments]
    return sorted((time - EPOCH) // QUARTER for time in times)


def days(*ranges: tuple[str, int], zone: ZoneInfo = BERLIN) -> list[int]:
    """A quarter at noon of each day: first days, each with a number of days."""
    every = [date.fromisoformat(first) + timedelta(days=n) for first, number in ranges for n in range(number)]
    return quarters(*(f"{day} 12:00" for day in every), zone=zone)


@pytest.mark.parametrize(
    ("active", "expected"),
    [
        pytest.param([], Streak(), id="never"),
        pytest.param(days(("2026-03-30", 1)), (1, 1, "2026-03-30"), id="today"),
        pytest.param(days(("2026-03-28", 2)), (2, 2, "2026-03-29"), id="until yesterday"),
        pytest.param(days(("2026-03-20", 9)), (0, 9, "2026-03-28"), id="until the day before yesterday"),
        pytest.param(days(("2026-02-01", 5), ("2026-03-29", 2)), (2, 5, "2026-03-30"), id="a longer run earlier"),
        pytest.param(days(("2026-03-26", 1), ("2026-03-28", 3)), (3, 3, "2026-03-30"), id="a gap of one day"),
        pytest.param(days(("2024-12-30", 456)), (456, 456, "2026-03-30"), id="over a leap day and years"),
        pytest.param(days(("2026-03-31", 1)), (1, 1, "2026-03-31"), id="a clock that is ahead"),
        pytest.param(
            quarters("2026-03-29 00:00", "2026-03-29 12:00", "2026-03-29 23:45", "2026-03-30 00:00"),
            (2, 2, "2026-03-30"),
            id="the short day of spring, from midnight to midnight",
        ),
    ],
)
def test_runs_of_days(active: Sequence[int], expected: Streak | tuple[int, int, str]) -> None:
    if isinstance(expected, tuple):
        current, longest, last = expected
        expected = Streak(current=current, longest=longest, last_active_on=date.fromisoformat(last))
    assert streak_of(active, BERLIN, now=NOW) == expected


def test_days_are_those_of_the_zone() -> None:
    """Every evening at nine in New York, which is the next day in UTC, and twice the same day in Auckland."""
    york = zone_named("America/New_York")
    evenings = quarters("2026-03-28 21:00", "2026-03-29 21:00", "2026-03-30 07:00", zone=york)
    assert streak_of(evenings, york, now=NOW) == Streak(current=3, longest=3, last_active_on=date(2026, 3, 30))
    # 01:00 on the 29th, 01:00 and 11:00 on the 30th
    assert streak_of(evenings, zone_named("UTC"), now=NOW).longest == 2
    # 14:00 on the 29th, 14:00 on the 30th, 00:00 on the 31st
    auckland = streak_of(evenings, zone_named("Pacific/Auckland"), now=NOW)
    assert auckland == Streak(current=3, longest=3, last_active_on=date(2026, 3, 31))


def test_today_is_a_day_of_the_zone() -> None:
    """At noon of the 30th in UTC it is the 31st on Kiritimati and the 30th in Berlin."""
    active = days(("2026-03-29", 1), zone=zone_named("UTC"))
    assert streak_of(active, BERLIN, now=NOW).current == 1
    east = zone_named("Pacific/Kiritimati")
    assert streak_of(active, east, now=NOW) == Streak(current=1, longest=1, last_active_on=date(2026, 3, 30))
    assert streak_of(active, east, now=NOW + timedelta(days=1)).current == 0


def test_a_day_that_a_zone_left_out_breaks_a_run() -> None:
    """Samoa had no 30th of December 2011."""
    apia = zone_named("Pacific/Apia")
    active = quarters("2011-12-29 12:00", "2011-12-31 12:00", zone=apia)
    assert streak_of(active, apia, now=datetime(2011, 12, 31, tzinfo=UTC)).current == 1


def test_days_are_exact_in_every_zone() -> None:
    """Against the standard library, moment by moment: around each change of clocks from 2000 to 2030, and at random."""
    chance = Random(6)
    first, last = (int((datetime(year, 1, 1, tzinfo=UTC) - EPOCH) / QUARTER) for year in (2000, 2030))
    for name in chance.sample(NAMES, 30):
        zone = zone_named(name)
        offsets = [(day, (EPOCH + day * QUARTER).astimezone(zone).utcoffset()) for day in range(first, last, 96)]
        changes = [day for (day, one), (_, other) in pairwise(offsets) if one != other]
        picked = {quarter for day in changes[-9:] for quarter in range(day - 96, day + 192)}
        picked |= {chance.randrange(first, last) for _ in range(100)}
        expected = {(EPOCH + quarter * QUARTER).astimezone(zone).date().toordinal() for quarter in picked}
        assert local_days(sorted(picked), zone) == sorted(expected), name
