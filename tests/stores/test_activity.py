"""What every Activity promises: it counts the live events of the ledger, as of each commit."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from stores.domain.activity import ActivityCount, ActivityWindow
from stores.domain.calendar import ALL_TIME, QUARTER, Span, Window, spans, zone_named
from stores.domain.event_validity import MAX_STORED_DURATION_MS
from stores.domain.events import Event, Verb
from stores.domain.rebuilds import Rebuild
from stores.errors import Unavailable
from stores.ports.activity import Activity
from stores.ports.progress import Progress
from tests.stores.learning import C2, CATALOG, done, enroll, enrollment, record
from tests.stores.samples import NOON, seconds

Counted = tuple[Progress, Activity]
R = [UUID(int=number) for number in range(10)]
HOURS = [Span(NOON + timedelta(hours=number), NOON + timedelta(hours=number + 1)) for number in range(3)]


def count(quarter: int, events: int, active_ms: int) -> ActivityCount:
    """The activity in a quarter of an hour after noon, numbered from 0."""
    return ActivityCount(start=NOON + quarter * QUARTER, events=events, active_ms=active_ms)


def windows(*counts: tuple[int, int | None, int], of: Sequence[Span] = HOURS) -> list[ActivityWindow]:
    """Windows with these events, learners and ms."""
    return [
        ActivityWindow(start=start, end=end, events=events, learners=learners, active_ms=active_ms)
        for (start, end), (events, learners, active_ms) in zip(of, counts, strict=True)
    ]


async def by_courses(activity: Activity, *keys: str, learners: bool = True) -> dict[str, list[ActivityWindow]]:
    """The courses that have any activity in `HOURS`."""
    found = await activity.by_courses(keys, windows=HOURS, learners=learners)
    return {key: list(windows) for key, windows in found.items() if any(each.events for each in windows)}


async def quarters(activity: Activity, of: int = 1) -> list[ActivityCount]:
    return list((await activity.by_registrations([R[of]], span=ALL_TIME)).get(R[of], ()))


async def test_activity_is_counted_by_quarter_of_an_hour(counted: Counted) -> None:
    progress, activity = counted
    await enroll(progress, enrollment(1), enrollment(2))
    await record(
        progress,
        done(1, Verb.VIEWED, "page"),
        done(2, Verb.TERMINATED, "quiz", at=899.999, duration_ms=40, session_id="s1"),
        done(3, Verb.COMPLETED, "quiz", at=899, duration_ms=2, session_id="s1"),
        done(4, Verb.PLAYED, at=900, duration_ms=7),
        done(5, Verb.PLAYED, of=2),
    )
    assert await quarters(activity) == [count(0, 3, 42), count(1, 1, 7)]
    assert await quarters(activity, of=2) == [count(0, 1, 0)]
    await record(progress, done(6, Verb.OTHER, at=1799))
    assert await quarters(activity) == [count(0, 3, 42), count(1, 2, 7)]
    assert await activity.by_registrations([R[9]], span=ALL_TIME) == {}


async def test_what_is_loaded_counts_too(counted: Counted) -> None:
    progress, activity = counted
    await enroll(progress, enrollment(1))
    events = [done(1, Verb.PLAYED, duration_ms=5), done(2, Verb.PLAYED)]
    await progress.load(events, items=CATALOG)
    await progress.load([*events, done(3, Verb.VOIDED, voids=R[2])], items=CATALOG)
    assert await quarters(activity) == [count(0, 1, 5)]


async def test_clerical_events_duplicates_and_rejected_ones_do_not_count(counted: Counted) -> None:
    progress, activity = counted
    await enroll(progress, enrollment(1))
    one = done(1, Verb.PLAYED, duration_ms=5)
    await record(progress, one, one, done(1, Verb.PLAYED, duration_ms=6), done(2, Verb.PLAYED, "no such item"))
    await record(progress, one, done(3, Verb.REGISTERED, duration_ms=9), done(4, Verb.UNREGISTERED, at=900))
    await record(progress, done(5, Verb.VOIDED, voids=R[9]), done(6, Verb.PLAYED, of=9))
    assert await quarters(activity) == [count(0, 1, 5)]


ONE, TWO = done(1, Verb.PLAYED, duration_ms=5), done(2, Verb.PLAYED, at=900, duration_ms=7)
VOID, AGAIN = done(3, Verb.VOIDED, voids=ONE.id), done(4, Verb.VOIDED, voids=ONE.id, at=1)


@pytest.mark.parametrize(
    ("commits", "expected"),
    [
        pytest.param([[ONE, TWO], [VOID]], [count(1, 1, 7)], id="after its target"),
        pytest.param([[VOID], [ONE, TWO]], [count(1, 1, 7)], id="before its target"),
        pytest.param([[ONE, VOID]], [], id="with its target"),
        pytest.param([[VOID, TWO, ONE]], [count(1, 1, 7)], id="with its target, and another event"),
        pytest.param([[ONE], [VOID], [AGAIN, TWO]], [count(1, 1, 7)], id="twice"),
        pytest.param([[ONE], [VOID, AGAIN]], [], id="twice at once"),
        pytest.param([[VOID], [ONE], [AGAIN]], [], id="before and after its target"),
        pytest.param([[ONE], [VOID], [ONE, VOID, TWO]], [count(1, 1, 7)], id="repeated"),
        pytest.param([[ONE], [VOID], [done(5, Verb.VOIDED, voids=VOID.id)]], [], id="voided itself"),
        pytest.param([[ONE], [VOID, done(5, Verb.VIEWED)]], [count(0, 1, 0)], id="with an event of the same quarter"),
    ],
)
async def test_voids(counted: Counted, commits: list[list[Event]], expected: list[ActivityCount]) -> None:
    progress, activity = counted
    await enroll(progress, enrollment(1))
    for commit in commits:
        await record(progress, *commit)
    assert await quarters(activity) == expected
    assert await activity.recount([R[1]]) == 0


async def test_windows_of_courses(counted: Counted) -> None:
    progress, activity = counted
    await enroll(progress, *(enrollment(number) for number in range(1, 9)), enrollment(9, pin=C2))
    await record(
        progress,
        *(done(number, Verb.PLAYED, of=number, duration_ms=1) for number in range(1, 9)),
        done(11, Verb.PLAYED, of=3, at=3599.999),
        done(12, Verb.PLAYED, of=3, at=7200),
        done(13, Verb.PLAYED, of=4, at=7200, duration_ms=5),
        done(14, Verb.PLAYED, of=9, course_key="c2", at=3600),
        done(15, Verb.PLAYED, of=9, course_key="c2", at=-0.001),
        done(16, Verb.PLAYED, of=9, course_key="c2", at=3 * 3600),
    )
    asked = ["c1", "c2", "c3", "none", "n\0ne"]
    first, second = windows((9, 8, 8), (0, 0, 0), (2, 2, 5)), windows((0, 0, 0), (1, 1, 0), (0, 0, 0))
    assert await by_courses(activity, *asked) == {"c1": first, "c2": second}
    await record(progress, done(17, Verb.VOIDED, of=4, voids=UUID(int=13)))
    first = windows((9, None, 8), (0, None, 0), (1, None, 0))
    second = windows((0, None, 0), (1, None, 0), (0, None, 0))
    assert await by_courses(activity, *asked, learners=False) == {"c1": first, "c2": second}
    assert await activity.by_courses(["c1"], windows=(), learners=True) == {}


async def test_windows_of_unequal_lengths(counted: Counted) -> None:
    """The night in which clocks go forward, in a zone whose offset is no whole hour."""
    progress, activity = counted
    await enroll(progress, enrollment(1))
    days = spans(
        Window.DAY,
        Span(datetime(2026, 4, 4, tzinfo=UTC), datetime(2026, 4, 6, tzinfo=UTC)),
        zone_named("Australia/Lord_Howe"),
        most=9,
    )
    assert len({day.end - day.start for day in days}) == 2
    ends = [(day.end - NOON) / seconds(1) for day in days]
    await record(progress, *(done(number, Verb.PLAYED, at=end - 1) for number, end in enumerate(ends, 1)))
    found = await activity.by_courses(["c1"], windows=days, learners=True)
    assert list(found["c1"]) == windows(*[(1, 1, 0)] * len(days), of=days)


async def test_a_learner_counts_once_in_each_window(counted: Counted) -> None:
    progress, activity = counted
    await enroll(progress, *(enrollment(number) for number in range(1, 4)))
    await record(
        progress,
        *(done(10 * of + place, Verb.PLAYED, of=of, at=600 * place) for of in range(1, 4) for place in range(of * 2)),
    )
    assert await by_courses(activity, "c1") == {"c1": windows((12, 3, 0), (0, 0, 0), (0, 0, 0))}


async def test_quarters_that_start_within_the_span(counted: Counted) -> None:
    progress, activity = counted
    await enroll(progress, enrollment(1), enrollment(2))
    await record(progress, *(done(number, Verb.PLAYED, at=900 * number - 1) for number in range(5)))
    span = Span(NOON - seconds(60), NOON + 2 * QUARTER - seconds(60))
    expected = {R[1]: [count(0, 1, 0), count(1, 1, 0)]}
    assert {key: list(counts) for key, counts in (await activity.by_registrations(R, span=span)).items()} == expected


async def test_activity_is_unavailable_during_a_recount(counted: Counted) -> None:
    progress, activity = counted
    await enroll(progress, enrollment(1))
    await record(progress, ONE)
    for rebuild in (Rebuild.PROGRESS, Rebuild.TIMELINE):
        await progress.start_rebuild(rebuild)
    assert await quarters(activity) == [count(0, 1, 5)]
    await progress.start_rebuild(Rebuild.ACTIVITY)
    for keys in (["c1"], ["none"]):
        for learners in (True, False):
            with pytest.raises(Unavailable):
                await activity.by_courses(keys, windows=HOURS, learners=learners)
    for key in (R[1], R[9]):
        with pytest.raises(Unavailable):
            await activity.by_registrations([key], span=ALL_TIME)
    await record(progress, TWO)
    assert await activity.recount(R) == 0
    await progress.advance_rebuild(Rebuild.ACTIVITY, None)
    assert await quarters(activity) == [count(0, 1, 5), count(1, 1, 7)]


async def test_sums_of_the_longest_durations(counted: Counted) -> None:
    """The events name no item, whose time is a sum as well."""
    progress, activity = counted
    await enroll(progress, enrollment(1), enrollment(2))
    await record(
        progress,
        *(done(number, Verb.PLAYED, of=1 + number % 2, duration_ms=MAX_STORED_DURATION_MS) for number in range(1, 101)),
    )
    assert await quarters(activity) == [count(0, 50, 50 * MAX_STORED_DURATION_MS)]
    assert (await by_courses(activity, "c1"))["c1"][0].active_ms == 100 * MAX_STORED_DURATION_MS
