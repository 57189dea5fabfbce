"""Course.summary: permissions, what is counted, and time zones. The golden query `summary` has the numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from resolvers.limits import DEFAULT_LIMITS, Limits
from resolvers.viewer import Viewer
from stores.domain.course_summary import CourseSummary
from stores.memory.activity import MemoryActivity
from stores.memory.progress import MemoryProgress
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA


async def ask(query: str, *, viewer: Viewer | None = None, limits: Limits = DEFAULT_LIMITS, **stores: Any) -> Any:
    school = replace(await world.open_school(), **stores)
    peer = replace(world.peer_of(school, viewer or world.admin(), trace=False), limits=limits)
    return await SCHEMA.execute(query, context_value=peer)


@pytest.mark.parametrize(
    ("viewer", "sees"),
    [
        (world.admin(), True),
        (world.instructor(world.BOTANY), True),
        (world.instructor(world.ALGEBRA), False),
        (world.learner(world.ADA), False),
    ],
)
async def test_a_summary_is_for_instructors_of_the_course_and_admins(viewer: Viewer, sees: bool) -> None:
    result = await ask(f'{{ course(key: "{world.BOTANY}") {{ key summary {{ enrolled }} }} }}', viewer=viewer)
    assert result.data == {"course": {"key": world.BOTANY, "summary": {"enrolled": 2} if sees else None}}
    assert [error.extensions["code"] for error in result.errors or []] == ([] if sees else ["FORBIDDEN"])


class AskedActivity(MemoryActivity):
    """Records whether each call counts items."""

    def __init__(self) -> None:
        super().__init__(MemoryProgress())
        self.asked: list[bool] = []

    async def summaries(self, course_keys: Sequence[str], **options: Any) -> Mapping[str, CourseSummary]:
        self.asked.append(options["items"])
        return await super().summaries(course_keys, **options)


@pytest.mark.parametrize(
    ("selection", "counted"),
    [("enrolled", False), ("enrolled items { itemKey }", True), ("i: items { itemKey }", True)],
)
async def test_items_are_counted_only_if_they_are_selected(selection: str, counted: bool) -> None:
    activity = AskedActivity()
    result = await ask(f'{{ course(key: "{world.BOTANY}") {{ summary {{ {selection} }} }} }}', activity=activity)
    assert result.errors is None
    assert activity.asked == [counted]


async def test_the_selection_is_found_in_one_visit_of_each_fragment() -> None:
    """Without a memo, thirty fragments that spread the next one twice would take hours."""
    fragments = [f"fragment F{n} on CourseSummary {{ ...F{n + 1} ...F{n + 1} }}" for n in range(30)]
    last = "fragment F30 on CourseSummary { items { itemKey } }"
    activity = AskedActivity()
    query = f'{{ course(key: "{world.BOTANY}") {{ summary {{ ...F0 }} }} }}'
    document = " ".join([query, *fragments, last])
    result = await ask(document, limits=Limits(mode="measure"), activity=activity)
    assert (result.errors, activity.asked) == (None, [True])


async def test_a_course_without_enrolments_has_a_summary() -> None:
    query = (
        f'{{ course(key: "{world.BOTANY}") {{ summary {{ enrolled averageScore distribution items {{ failed }} }} }} }}'
    )
    result = await ask(query, activity=AskedActivity())
    summary = {"enrolled": 0, "averageScore": None, "distribution": [0] * 10, "items": []}
    assert (result.errors, result.data) == (None, {"course": {"summary": summary}})


async def test_completions_are_in_the_time_zone_of_the_summary() -> None:
    """The botany course was completed at noon of the 29th in UTC."""
    given = 'range: {from: "2026-03-29T12:00:00Z", to: "2026-03-29T12:00:01Z"}, window: DAY'
    query = f"""query ($zone: String) {{ course(key: "{world.BOTANY}") {{
        summary(timeZone: $zone) {{ completions({given}) {{ start completed }} }} }} }}"""
    peer = world.peer_of(await world.open_school(), world.admin(), trace=False)
    for zone, start in (
        (None, "2026-03-29T00:00:00.000Z"),
        ("Europe/Berlin", "2026-03-28T23:00:00.000Z"),
        ("Asia/Kathmandu", "2026-03-28T18:15:00.000Z"),
    ):
        result = await SCHEMA.execute(query, variable_values={"zone": zone}, context_value=peer)
        completions = [{"start": start, "completed": 1}]
        assert (result.errors, result.data) == (None, {"course": {"summary": {"completions": completions}}})


async def test_bad_time_zones_and_ranges_are_refused() -> None:
    for arguments, completions in (
        ('(timeZone: "Mars/Olympus")', ""),
        ("", 'completions(range: {from: "2026-01-01T00:00:00Z", to: "2030-01-01T00:00:00Z"}, window: HOUR) { start }'),
        ("", 'completions(range: {from: "2026-01-02T00:00:00Z", to: "2026-01-01T00:00:00Z"}, window: DAY) { start }'),
    ):
        result = await ask(f'{{ course(key: "{world.BOTANY}") {{ summary{arguments} {{ enrolled {completions} }} }} }}')
        assert [error.extensions["code"] for error in result.errors] == ["BAD_USER_INPUT"]
