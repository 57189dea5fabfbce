"""What must hold after an upgrade, against `Before`."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zlib import crc32

from stores.domain.calendar import ALL_TIME, QUARTER, Span
from stores.domain.event_digest import digest
from stores.domain.events import Event
from stores.domain.rebuilds import Rebuild
from stores.ports.stores import Stores
from stores.sql.core.pool import Pool
from tests.upgrade.old_stores import OldStores
from tests.upgrade.version_before import Before, kept_rows

PARTITIONED = (
    *("event_ledger", "enrollments", "item_progress", "item_sessions", "course_progress", "certificates"),
    *("resume_points", "course_activity", "enrollment_order"),
)
COUNTERS = """
SELECT * FROM (
    SELECT course_key, item_key, sum(started), sum(satisfied), sum(failed), sum(scored), sum(score_nano)
    FROM course_item_counts GROUP BY course_key, item_key
) AS summed (course_key, item_key, started, satisfied, failed, scored, score_nano)
WHERE started + satisfied + failed + scored <> 0
"""
COUNTED_ITEMS = """
SELECT * FROM (
    SELECT course_key, item_key, count(*) FILTER (WHERE started OR viewed OR item.completed_at IS NOT NULL),
        count(*) FILTER (WHERE satisfied), count(*) FILTER (WHERE item.state = 'FAILED'),
        count(best_score), coalesce(sum(round(best_score * 1e9)::int8), 0)
    FROM item_progress AS item JOIN enrollments ON enrollments.registration = item.registration
    WHERE enrollments.state <> 'WITHDRAWN' GROUP BY course_key, item_key
) AS summed (course_key, item_key, started, satisfied, failed, scored, score_nano)
WHERE started + satisfied + failed + scored <> 0
"""
"""What the counters must be, computed from the rows of the items."""
ENROLLMENT_COUNTS = "SELECT course_key, state, sum(enrollments) FROM enrollment_counts GROUP BY course_key, state"
COUNTED_ENROLLMENTS = "SELECT course_key, state, count(*) FROM enrollments GROUP BY course_key, state"
LAST_ITEMS = """
SELECT course.registration, (
    SELECT max(item_key COLLATE "C") FROM item_progress AS item
    WHERE item.registration = course.registration AND item.last_event_at = course.last_activity_at
) FROM course_progress AS course
"""
FIRST_DAY = datetime(2025, 2, 24, tzinfo=UTC)
DAYS = [Span(start := FIRST_DAY + timedelta(days=day), start + timedelta(days=1)) for day in range(640)]
HOURS = [Span(start := FIRST_DAY + timedelta(hours=hour), start + timedelta(hours=1)) for hour in range(14 * 24)]
"""The busiest weeks are the first ones."""
PAGE = 7


async def check_upgraded(upgraded: OldStores, stores: Stores) -> None:
    """The upgrade lost, doubled and changed no data."""
    await check_tables(upgraded.before, upgraded.pool)
    await check_timeline(upgraded.before, stores)
    await check_activity(upgraded.before, stores)
    assert [await stores.progress.rebuild_position(rebuild) for rebuild in Rebuild] == [None] * len(Rebuild)
    assert [backlog.waiting for backlog in (await stores.outbox.backlog()).values()] == [0, 0]


async def check_tables(before: Before, pool: Pool) -> None:
    """The old columns are as they were. Every event has its own place, every row the partition of its registration."""
    assert await kept_rows(pool, before.columns) == before.tables
    places = Counter(map(tuple, await pool.fetch("SELECT registration, occurred_at, slot FROM event_ledger")))
    assert set(places.values()) == {1}
    assert all(0 <= slot < 1_000_000 for _, _, slot in places)
    for table in PARTITIONED:
        for registration, partition in await pool.fetch(f"SELECT registration, partition FROM {table}"):
            assert partition == crc32(registration.bytes) % 64, table
    counters = set(map(tuple, await pool.fetch(COUNTERS)))
    assert counters == set(map(tuple, await pool.fetch(COUNTED_ITEMS))) != set()
    enrollment_counts = set(map(tuple, await pool.fetch(ENROLLMENT_COUNTS)))
    assert enrollment_counts == set(map(tuple, await pool.fetch(COUNTED_ENROLLMENTS))) != set()
    last_items = "SELECT registration, item_key FROM enrollment_order WHERE field = 'LAST_ACTIVITY'"
    assert set(map(tuple, await pool.fetch(last_items))) == set(map(tuple, await pool.fetch(LAST_ITEMS)))
    valid = "SELECT indisvalid AND indisunique FROM pg_index WHERE indexrelid = to_regclass('event_ledger_by_place')"
    assert await pool.fetchval(valid) is True


async def ledger_of(before: Before, stores: Stores) -> dict[UUID, Event]:
    """The ledger as the port returns it. Its events have the digests that the old version stored."""
    found = await stores.progress.ledger([event.id for event in before.events])
    places = [before.columns["event_ledger"].index(name) for name in ("event_id", "body_sha256")]
    stored = {(row[places[0]], row[places[1]]) for row in before.tables["event_ledger"]}
    assert {(str(event.id), rf"\x{digest(event).hex()}") for event in found.values()} == stored
    return dict(found)


async def check_timeline(before: Before, stores: Stores) -> None:
    """Each learner's timeline has all live events of the ledger."""
    await check_pages(before, stores, {event.id for event in before.live})


async def check_pages(before: Before, stores: Stores, ids: Collection[UUID]) -> None:
    """The pages have these events, each learner's by (millisecond, slot, course), newest first."""
    events = await ledger_of(before, stores)
    live = [events[key] for key in ids]
    learners = {event.learner_id for event in before.events}
    expected = {
        learner: sorted((event for event in live if event.learner_id == learner), key=place_of, reverse=True)
        for learner in learners
    }
    for first in (PAGE, 100):
        found = {learner: await pages_of(stores, learner, first=first) for learner in learners}
        assert {key: numbered(of) for key, of in found.items()} == {key: numbered(of) for key, of in expected.items()}
        assert found == expected
    counted = await stores.timeline.learner_counts(
        sorted(learners), span=Span(DAYS[0].start, DAYS[-1].end), grain=QUARTER, courses=None
    )
    active = [event for event in before.active if event.id in ids]
    assert sum(count.events for counts in counted.values() for count in counts) == len(active)


async def pages_of(stores: Stores, learner: str, *, first: int) -> list[Event]:
    """All pages of a learner's timeline."""
    events: list[Event] = []
    after: str | None = None
    while True:
        pages = await stores.timeline.by_learners(
            [learner], span=None, verbs=None, courses=None, after=after, first=first
        )
        if learner not in pages:
            return events
        page = pages[learner]
        events += page.rows
        if not page.has_next:
            return events
        after = page.cursors[-1]


def place_of(event: Event) -> tuple[datetime, int, str]:
    assert event.slot is not None
    return event.at, event.slot, event.course_key


def numbered(events: Sequence[Event]) -> list[tuple[str, int | None]]:
    """Ids and slots: a failure is easier to read with them than with whole events."""
    return [(str(event.id), event.slot) for event in events]


async def check_activity(before: Before, stores: Stores) -> None:
    """Courses and registrations have the counts of `before`, by hand."""
    for windows in (DAYS, HOURS):
        expected = before.course_counts(windows)
        found = await stores.activity.by_courses(sorted(expected), windows=windows, learners=True)
        assert {
            key: [(window.events, window.learners, window.active_ms) for window in of] for key, of in found.items()
        } == expected
    quarters = await stores.activity.by_registrations(before.registrations, span=ALL_TIME)
    assert {
        key: [(count.start, count.events, count.active_ms) for count in counts] for key, counts in quarters.items()
    } == before.quarters()
