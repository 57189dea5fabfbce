"""Rebuilding progress: all of it, a part of it, and where it stopped."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import pytest

from gateway.relay.progress_rebuild import ProgressRebuild
from gateway.relay.rebuild_loop import OnProgress, rebuild_all, rebuild_selected, resume_rebuild
from gateway.runtime.errors import CommandError
from stores.batches import REBUILT_ROWS
from stores.domain.catalog import Course, CourseVersion, Item, Module
from stores.domain.events import Verb
from stores.domain.rebuilds import Rebuild
from stores.ports.stores import Stores
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import Pool, open_pool
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, fresh_sql
from tests.clock import Clock
from tests.gateway.memory_stores import memory_stores
from tests.stores.learning import C1, C2, CATALOG, done, enroll, enrollment, moment, record

R = [UUID(int=number) for number in range(10)]
MANY = 3 * REBUILT_ROWS + 7
# What a gateway wrote that added each report of a session to the time spent.
BEFORE_THE_MIGRATION = """
DROP TABLE item_sessions;
DROP TABLE progress_rebuilds;
DELETE FROM migrations WHERE set_name = 'progress' AND number >= 4;
UPDATE item_progress SET time_spent_ms = 210000;
UPDATE course_progress SET time_spent_ms = 210000 WHERE time_spent_ms > 0;
"""


class Killed(Exception):
    """Ends a run as a kill does: between two batches."""


@pytest.fixture
async def pool(servers: Servers) -> AsyncIterator[Pool]:
    async with fresh_sql(servers) as url, open_pool(url, size=4) as pool:
        await migrate(pool, "progress")
        yield pool


async def stores_over(pool: Pool) -> Stores:
    """The catalog of `learning`; progress in SQL, the rest in memory."""
    stores = replace(memory_stores(Clock()), progress=SqlProgress(pool))
    for pin, items in CATALOG.items():
        await publish(stores, pin, items)
    return stores


async def publish(stores: Stores, pin: CourseVersion, items: Sequence[Item]) -> None:
    modules = (Module(title="All", items=tuple(items)),)
    course = Course(key=pin.key, version=1, title=pin.key, modules=modules, published_at=moment(0))
    for _ in range(pin.version):
        await stores.catalog.publish(course)


def silent(stage: str, done: int, total: int) -> None:
    pass


async def rebuilt(stores: Stores, *, on_progress: OnProgress = silent) -> tuple[int, int, int]:
    """Rebuild all: how many registrations were read, changed, and skipped."""
    rebuild = ProgressRebuild(stores=stores)
    await rebuild_all(stores, rebuild, on_progress=on_progress)
    return rebuild.registrations, rebuild.changed, rebuild.skipped


async def resumed(stores: Stores) -> tuple[int, int, int]:
    """Finish the rebuild under way; the same numbers."""
    rebuild = ProgressRebuild(stores=stores)
    await resume_rebuild(stores, rebuild, on_progress=silent)
    return rebuild.registrations, rebuild.changed, rebuild.skipped


async def sessions_of(stores: Stores, *registrations: int) -> None:
    for number in registrations:
        reports = [(Verb.COMPLETED, 60_000), (Verb.PASSED, 60_000), (Verb.TERMINATED, 90_000)]
        events = [
            done(10 * number + n, verb, "quiz", of=number, session_id="s1", duration_ms=ms)
            for n, (verb, ms) in enumerate(reports)
        ]
        assert await record(stores.progress, *events) == ["ACCEPTED"] * 3


async def time_spent(stores: Stores, *registrations: int) -> list[int]:
    rows = await stores.progress.course_progress([UUID(int=number) for number in registrations])
    return [rows[UUID(int=number)].time_spent_ms for number in registrations]


async def test_an_upgrade_refolds_the_registrations_that_were_there(pool: Pool) -> None:
    stores = await stores_over(pool)
    await enroll(stores.progress, enrollment(1), enrollment(2), enrollment(3))
    await sessions_of(stores, 1, 2)
    await pool.execute("DELETE FROM outbox")
    await pool.execute(BEFORE_THE_MIGRATION)
    assert await time_spent(stores, 1, 2) == [210_000, 210_000]
    assert (await migrate(pool, "progress"))[0] == "0004_item_sessions.sql"
    assert await resumed(stores) == (3, 2, 0)
    assert await time_spent(stores, 1, 2, 3) == [90_000, 90_000, 0]
    assert await pool.fetchval("SELECT count(*) FROM outbox WHERE consumer = 'LIVE'") == 2
    assert await resumed(stores) == (0, 0, 0)
    # The sessions are there again: a later report of one of them counts as such.
    await record(stores.progress, done(99, Verb.TERMINATED, "quiz", session_id="s1", duration_ms=91_000))
    assert await time_spent(stores, 1) == [91_000]


async def test_new_databases_have_nothing_to_rebuild(pool: Pool) -> None:
    assert [await SqlProgress(pool).rebuild_position(kind) for kind in Rebuild] == [None] * 3


async def test_a_killed_rebuild_resumes_where_it_stopped(pool: Pool) -> None:
    stores = await stores_over(pool)
    await enroll(stores.progress, *(enrollment(number) for number in range(1, MANY + 1)))
    await sessions_of(stores, 1, MANY)
    await pool.execute("UPDATE item_progress SET time_spent_ms = 0")

    def kill(stage: str, done: int, total: int) -> None:
        assert total == MANY
        if done >= 2 * REBUILT_ROWS:
            raise Killed

    with suppress(Killed):
        await rebuilt(stores, on_progress=kill)
    position = await stores.progress.rebuild_position(Rebuild.PROGRESS)
    assert position is not None
    assert position.after == UUID(int=2 * REBUILT_ROWS)
    stages: list[tuple[str, int, int]] = []
    rest = await rebuilt(stores, on_progress=lambda *stage: stages.append(stage))
    assert rest == (MANY - 2 * REBUILT_ROWS, 1, 0)
    assert (stages[0], stages[-1]) == (("registrations", 2 * REBUILT_ROWS, MANY), ("registrations", MANY, MANY))
    assert await time_spent(stores, 1, MANY) == [90_000, 90_000]
    assert await stores.progress.rebuild_position(Rebuild.PROGRESS) is None


async def test_enrolments_whose_course_version_is_gone_are_skipped(pool: Pool) -> None:
    stores = await stores_over(pool)
    lost = replace(enrollment(2), course_key="gone")
    await stores.progress.enroll([enrollment(1), lost], items={**CATALOG, lost.pin: CATALOG[C1]})
    assert await rebuilt(stores) == (2, 0, 1)


async def test_courses_and_learners_may_be_selected() -> None:
    stores = memory_stores(Clock())
    for pin in (C1, C2):
        await publish(stores, pin, CATALOG[pin])
    await enroll(stores.progress, enrollment(1), enrollment(2), enrollment(3, pin=C2))

    async def rebuilt_of(courses: Sequence[str], learners: Sequence[str]) -> int:
        rebuild = ProgressRebuild(stores=stores)
        await rebuild_selected(stores, rebuild, courses=courses, learners=learners, on_progress=silent)
        return rebuild.registrations

    assert await rebuilt_of(["c1"], []) == 2
    assert await rebuilt_of(["c2"], ["u1"]) == 2
    for courses, learners in ((["none"], []), ([], ["nobody"])):
        with pytest.raises(CommandError):
            await rebuilt_of(courses, learners)


async def test_the_enrolments_of_each_course_are_counted_once(pool: Pool) -> None:
    stores = await stores_over(pool)
    await enroll(
        stores.progress, *(enrollment(number) for number in range(1, 2 * REBUILT_ROWS)), enrollment(999, pin=C2)
    )
    await pool.execute("UPDATE enrollment_counts SET enrollments = enrollments + 7")
    assert (await stores.progress.count_by_courses(["c1"], states=None))["c1"] == 2 * REBUILT_ROWS + 6
    rebuild = ProgressRebuild(stores=stores)
    await rebuild_all(stores, rebuild, on_progress=silent)
    assert await stores.progress.count_by_courses(["c1", "c2"], states=None) == {"c1": 2 * REBUILT_ROWS - 1, "c2": 1}
    assert (rebuild.recounted, rebuild.corrected) == ({"c1", "c2"}, 2)
    assert rebuild.summary().endswith("; corrected the numbers of enrolments of 2 courses")
