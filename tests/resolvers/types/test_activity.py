"""Activity: time zones, ranges and windows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from stores.domain.activity import ActivityWindow
from stores.domain.events import Verb
from stores.memory.activity import MemoryActivity
from stores.memory.progress import MemoryProgress
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA, ask


@pytest.mark.parametrize(
    "zone", ["", "localtime", "posixrules", "Factory", "right/Europe/Berlin", "Mars/Olympus", "../etc/passwd"]
)
async def test_activity_takes_iana_time_zones_only(zone: str) -> None:
    given = f'window: DAY, range: {{from: "2026-01-02T00:00:00Z", to: "2026-01-03T00:00:00Z"}}, timeZone: "{zone}"'
    result = await ask(f'{{ course(key: "{world.ALGEBRA}") {{ activity({given}) {{ events }} }} }}')
    assert [error.extensions["code"] for error in result.errors] == ["BAD_USER_INPUT"]


async def test_an_hour_of_ninety_minutes_is_counted_from_its_start() -> None:
    """On Lord Howe the clocks go back by half an hour: the range is the last quarter of that local hour."""
    stores = await world.open_school()
    profile = (await stores.profiles.by_ids([world.ADA]))[world.ADA]
    profile = replace(profile, time_zone="Australia/Lord_Howe", version=profile.version + 1)
    await stores.profiles.replace(profile)
    journal = world.Journal()
    start = datetime(2025, 4, 5, 14, 0, tzinfo=UTC)
    journal.add(world.enrollments()[world.ALGEBRA][0], Verb.VIEWED, start, "page")
    await stores.timeline.append([replace(event, id=UUID(int=7), slot=0) for event in journal.events])
    given = 'window: HOUR, range: {from: "2025-04-05T15:15:00Z", to: "2025-04-05T15:30:00Z"}'
    query = f"{{ me {{ activity({given}) {{ start end events }} }} }}"
    result = await SCHEMA.execute(query, context_value=world.peer_of(stores, world.learner(), trace=False))
    hour = {"start": "2025-04-05T14:00:00.000Z", "end": "2025-04-05T15:30:00.000Z", "events": 1}
    assert (result.errors, result.data) == (None, {"me": {"activity": [hour]}})


async def test_the_hours_of_a_learner_are_exact_where_clocks_change_off_a_quarter() -> None:
    """In St John's, 2011-03-13 began at 03:30 UTC, and the clocks went forward one minute later: the first hour of the
    day lasted one minute."""
    stores = await world.open_school()
    profile = (await stores.profiles.by_ids([world.ADA]))[world.ADA]
    await stores.profiles.replace(replace(profile, time_zone="America/St_Johns", version=profile.version + 1))
    journal = world.Journal()
    row = world.enrollments()[world.ALGEBRA][0]
    for minute in (29, 30, 31):
        journal.add(row, Verb.VIEWED, datetime(2011, 3, 13, 3, minute, tzinfo=UTC), "page")
    await stores.timeline.append([replace(event, slot=7) for event in journal.events])
    given = 'window: HOUR, range: {from: "2011-03-13T03:30:00Z", to: "2011-03-13T03:31:00Z"}'
    query = f"{{ me {{ activity({given}) {{ start end events }} }} }}"
    result = await SCHEMA.execute(query, context_value=world.peer_of(stores, world.learner(), trace=False))
    expected = {"start": "2011-03-13T03:30:00.000Z", "end": "2011-03-13T03:31:00.000Z", "events": 1}
    assert (result.errors, result.data) == (None, {"me": {"activity": [expected]}})


class AskedActivity(MemoryActivity):
    """Records whether each call counts learners."""

    def __init__(self, progress: MemoryProgress) -> None:
        super().__init__(progress)
        self.asked: list[bool] = []

    async def by_courses(self, course_keys: Sequence[str], **options: Any) -> Mapping[str, Sequence[ActivityWindow]]:
        self.asked.append(options["learners"])
        return await super().by_courses(course_keys, **options)


@pytest.mark.parametrize(
    ("selection", "counted"),
    [
        ("events learners", True),
        ("...F", True),
        ("... on ActivityBucket { n: learners }", True),
        ("events", False),
        ("events learners @include(if: $no)", False),
        ("events ...F @skip(if: true)", False),
    ],
)
async def test_learners_are_counted_only_if_they_are_selected(selection: str, counted: bool) -> None:
    stores = await world.open_school()
    activity = AskedActivity(stores.progress)  # type: ignore[arg-type]
    given = 'window: WEEK, range: {from: "2026-03-27T00:00:00Z", to: "2026-03-28T00:00:00Z"}'
    query = (
        f'query($no: Boolean = false) {{ course(key: "{world.ALGEBRA}") {{ key @skip(if: $no)'
        f" activity({given}) {{ {selection} }} }} }}"
        + ("fragment F on ActivityBucket { learners }" if "...F" in selection else "")
    )
    peer = world.peer_of(replace(stores, activity=activity), world.admin(), trace=False)
    result = await SCHEMA.execute(query, context_value=peer)
    assert result.errors is None
    assert activity.asked == [counted]


async def test_an_invalid_stored_time_zone_nulls_the_activity_only() -> None:
    stores = await world.open_school()
    profile = (await stores.profiles.by_ids([world.ADA]))[world.ADA]
    await stores.profiles.replace(replace(profile, time_zone="localtime", version=profile.version + 1))
    given = 'window: DAY, range: {from: "2026-01-02T00:00:00Z", to: "2026-01-03T00:00:00Z"}'
    query = f"{{ me {{ timeZone activity({given}) {{ events }} }} }}"
    result = await SCHEMA.execute(query, context_value=world.peer_of(stores, world.learner(), trace=False))
    assert result.data == {"me": {"timeZone": "localtime", "activity": None}}
    assert [error.extensions for error in result.errors or []] == [{"code": "INVALID_TIME_ZONE"}]


async def test_an_empty_range_has_no_windows() -> None:
    none = '{from: "2026-01-03T00:00:00Z", to: "2026-01-03T00:00:00Z"}'
    result = await ask(f'{{ course(key: "{world.ALGEBRA}") {{ activity(window: DAY, range: {none}) {{ events }} }} }}')
    assert (result.errors, result.data) == (None, {"course": {"activity": []}})


@pytest.mark.parametrize("moment", ["2026-01-01", "2026-01-01T00:00:00", "yesterday", "2026-13-01T00:00:00Z"])
async def test_a_date_time_is_rfc_3339_with_an_offset(moment: str) -> None:
    result = await ask(
        f'{{ me {{ activity(window: DAY, range: {{from: "{moment}", to: "2026-01-02T00:00:00Z"}}) {{ events }} }} }}'
    )
    assert result.data is None
    assert result.errors
