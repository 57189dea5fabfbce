"""Windows around every change of clocks since 2000, in every zone, against an oracle that reads the clock."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from resolvers.data.access_paths import REACH
from stores.domain.calendar import MINUTE, QUARTER, Span, Window, grain_of, spans, zone_named
from stores.domain.paging import EPOCH

AROUND = timedelta(hours=26)
"""How far from a change its windows are compared: more than a day and a change by two hours."""
OFF_A_QUARTER = {
    "America/Goose_Bay",
    "America/Moncton",
    "America/St_Johns",
    "Antarctica/Casey",
    "Asia/Gaza",
    "Asia/Hebron",
}
"""The zones whose clocks changed off a quarter of an hour, by one name each."""
SAMPLE = [
    *("Europe/London", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"),
    *("Antarctica/Casey", "America/Havana", "Asia/Gaza"),
]


class Change(NamedTuple):
    """The first minute after a change of the offset of `zone`."""

    zone: ZoneInfo
    at: datetime


def changes_of(zone: ZoneInfo, *, first: int = 2000, last: int = 2037) -> Iterator[Change]:
    """The changes of a zone in the years `first` to `last`."""
    day = datetime(first, 1, 1, tzinfo=UTC)
    while day.year <= last:
        after = day + timedelta(days=1)
        if offset(day, zone) != offset(after, zone):
            low, high = 0, 24 * 60
            while high - low > 1:
                middle = (low + high) // 2
                if offset(day + middle * MINUTE, zone) == offset(day, zone):
                    low = middle
                else:
                    high = middle
            yield Change(zone, day + high * MINUTE)
        day = after


def offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def edges_by_the_clock(change: Change) -> dict[Window, list[datetime]]:
    """Where windows start around a change, by reading the clock each minute.

    A day or week starts when its date is later than any date before. An hour starts when the clock shows minute 0, or
    another hour than a minute before."""
    minutes = 2 * AROUND // MINUTE
    clock = [(change.at - AROUND + n * MINUTE).astimezone(change.zone) for n in range(minutes + 1)]
    found: dict[Window, list[datetime]] = {window: [] for window in Window}
    day, hour = clock[0].date(), (clock[0].date(), clock[0].hour)
    for local in clock[1:]:
        moment = local.astimezone(UTC)
        if local.date() > day:
            if local.isocalendar()[:2] != day.isocalendar()[:2]:
                found[Window.WEEK].append(moment)
            day = local.date()
            found[Window.DAY].append(moment)
        if local.minute == 0 or (local.date(), local.hour) != hour:
            found[Window.HOUR].append(moment)
        hour = (local.date(), local.hour)
    return found


def edges_of(change: Change, window: Window, grain: timedelta) -> list[datetime]:
    around = Span(change.at - AROUND, change.at + AROUND)
    found = spans(window, around, change.zone, most=1_000, grain=grain)
    assert found[0].start <= around.start < found[0].end
    assert found[-1].start < around.end <= found[-1].end
    assert all(one.end == other.start for one, other in pairwise(found))
    return [span.start for span in found if around.start < span.start] + (
        [found[-1].end] if found[-1].end == around.end else []
    )


def check(change: Change) -> bool:
    """Compare the windows around a change with the oracle. Whether all of their edges lie on quarters."""
    expected = edges_by_the_clock(change)
    for window in Window:
        assert edges_of(change, window, MINUTE) == expected[window], (change, window)
        moved = sorted({edge - (edge - EPOCH) % QUARTER for edge in expected[window]})
        around = change.at - AROUND
        moved = [edge for edge in moved if around < edge]
        assert edges_of(change, window, QUARTER) == moved, (change, window)
    edges = [edge for found in expected.values() for edge in found]
    whole = spans(Window.HOUR, Span(change.at - AROUND, change.at + AROUND), change.zone, most=100)
    assert (grain_of(whole) == QUARTER) == all((edge - EPOCH) % QUARTER == timedelta(0) for edge in edges)
    assert all(span.end - span.start <= REACH[Window.HOUR] for span in whole)
    return grain_of(whole) == QUARTER


def zones_by_rule() -> dict[bytes, list[str]]:
    """The names of all zones, those that are links of one another together."""
    found: dict[bytes, list[str]] = {}
    for name in files("tzdata").joinpath("zones").read_text().split():
        if name != "Factory":
            found.setdefault(files("tzdata.zoneinfo").joinpath(name).read_bytes(), []).append(name)
    return found


def check_zones(rules: Sequence[Sequence[str]]) -> tuple[int, set[str]]:
    """Compare every change of these zones. Returns the number of changes, and the zones that have one off a quarter."""
    compared = 0
    off: set[str] = set()
    for names in rules:
        for change in changes_of(zone_named(names[0])):
            compared += 1
            if not check(change):
                off.update(names)
    return compared, off


def test_windows_are_right_around_the_changes_of_some_zones() -> None:
    compared, off = check_zones([[name] for name in SAMPLE])
    assert compared > 300
    assert off == OFF_A_QUARTER.intersection(SAMPLE)


@pytest.mark.slow
def test_windows_are_right_around_every_change_of_every_zone(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("the sweep over all zones is part of `make full`")
    rules = list(zones_by_rule().values())
    assert len(rules) > 300
    compared, off = check_zones(rules)
    assert compared > 4_000
    assert off >= OFF_A_QUARTER
    assert len([names for names in rules if off.intersection(names)]) == len(OFF_A_QUARTER)
