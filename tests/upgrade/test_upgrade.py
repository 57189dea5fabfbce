"""The upgrade of stores of the version before slots, also with kills at any step. README.md describes the stores."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from uuid import UUID, uuid5

import pytest

from resolvers.health import Health
from resolvers.store_states import StoreState
from stores.batches import batched
from stores.domain.calendar import ALL_TIME
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.progress import VerdictStatus
from stores.domain.rebuilds import Rebuild
from stores.errors import Unavailable
from stores.sql.core.migrate import migrate as migrate_set
from tests.backends import TIMELINE, Servers
from tests.clock import Clock
from tests.stores.samples import item
from tests.upgrade import steps
from tests.upgrade.killed_steps import Runner, killed_steps
from tests.upgrade.old_stores import OldStores, old_stores
from tests.upgrade.upgraded import DAYS, check_activity, check_pages, check_tables, check_timeline, check_upgraded
from tests.upgrade.version_before import read_tables

TIMELINES = [name for name in TIMELINE if name != "memory"]
SEEDS_OF_LONG_FORM = 8
EVENTS_OF_PAYLOAD = 4
"""The index of the events in a payload of version 1."""
BUILD_INDEX = """
CREATE UNIQUE INDEX CONCURRENTLY event_ledger_by_place ON event_ledger (registration, occurred_at, slot)
"""


@pytest.fixture(params=TIMELINES)
async def old(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[OldStores]:
    async with old_stores(servers, request.param) as opened:
        yield opened


@pytest.fixture
async def runner() -> AsyncIterator[Runner]:
    async with killed_steps() as running:
        yield running


async def test_an_upgrade_loses_and_doubles_no_event_and_does_not_read_the_old_layout(old: OldStores) -> None:
    urls = old.parsed()
    await steps.migrate(urls)
    await old.age_the_rebuild()
    await steps.relay(urls)
    await steps.rebuild_timeline(urls)
    await steps.rebuild_activity(urls)
    async with steps.opened(urls) as (stores, _):
        await check_upgraded(old, stores)
    assert await old.old_layout()
    await steps.drop_old(urls)
    assert not await old.old_layout()
    for again in (steps.migrate, steps.rebuild_activity, steps.rebuild_timeline, steps.relay):
        await again(urls)
    async with steps.opened(urls) as (stores, _):
        await check_upgraded(old, stores)


async def test_activity_is_unavailable_and_health_says_degraded_until_the_rebuilds_end(old: OldStores) -> None:
    urls = old.parsed()
    await steps.migrate(urls)
    async with steps.opened(urls) as (stores, backends):
        health = Health(stores=stores, backends=backends, now=Clock())
        courses = list(old.before.course_counts(()))

        async def states() -> dict[str, tuple[StoreState, float | None]]:
            found = await health.check_with_backlog()
            return {one.store: (one.state, one.rebuilt) for one in found if one.store in {"activity", "timeline"}}

        assert await states() == {"activity": (StoreState.DEGRADED, 0.0), "timeline": (StoreState.DEGRADED, 0.0)}
        with pytest.raises(Unavailable):
            await stores.activity.by_courses(courses, windows=DAYS, learners=False)
        with pytest.raises(Unavailable):
            await stores.activity.by_registrations(old.before.registrations, span=ALL_TIME)

        half = [row.registration for row in await stores.progress.enrollments_after(None, most=30)]
        assert await stores.activity.recount(half) > 0
        position = await stores.progress.rebuild_position(Rebuild.ACTIVITY)
        assert position is not None
        await stores.progress.advance_rebuild(Rebuild.ACTIVITY, replace(position, after=half[-1]))
        assert (await states())["activity"] == (StoreState.DEGRADED, 0.5)

        await steps.rebuild_activity(urls)
        await check_activity(old.before, stores)
        await steps.rebuild_timeline(urls)
        assert await states() == {"activity": (StoreState.LIVE, None), "timeline": (StoreState.LIVE, None)}


async def test_a_relay_delivers_what_the_old_version_left_in_the_outbox(old: OldStores) -> None:
    """Without a rebuild, the timeline has these events and no others."""
    payloads = await old.pool.fetch("SELECT payload FROM outbox WHERE consumer = 'TIMELINE'")
    left = {UUID(event[0]) for row in payloads for event in json.loads(row["payload"])[EVENTS_OF_PAYLOAD]}
    urls = old.parsed()
    await steps.migrate(urls)
    await steps.relay(urls)
    expected = left & {event.id for event in old.before.live}
    assert 20 < len(expected) < len(left)
    async with steps.opened(urls) as (stores, _):
        await check_pages(old.before, stores, expected)


async def test_writes_during_the_rebuilds_are_counted_and_appended_once(old: OldStores) -> None:
    urls = old.parsed()
    await steps.migrate(urls)
    async with steps.opened(urls) as (stores, _):
        events = await stores.progress.ledger([event.id for event in old.before.active])
        live = sorted(events.values(), key=lambda event: event.id)
        # In the milliseconds of old events, voids of old events, and events that were recorded before.
        new = [replace(event, id=uuid5(event.id, "new")) for event in live[::3]]
        voids = [void_of(event) for event in (*live[1::9], *new[::4])]
        keys = {event.item_key for event in live if event.item_key is not None}
        rows = await stores.progress.by_registrations([event.registration for event in live])
        items = {row.pin: [item(key) for key in sorted(keys)] for row in rows.values()}

        async def write() -> None:
            for batch in batched([*new, *voids, *live[::5]], 10):
                verdicts = await stores.progress.record(batch, items=items)
                assert {verdict.code for verdict in verdicts} == {None}
                for event, verdict in zip(batch, verdicts, strict=True):
                    assert verdict.slot is not None
                    if event.id in events:
                        assert (verdict.status, verdict.slot) == (VerdictStatus.DUPLICATE, events[event.id].slot)

        await old.age_the_rebuild()
        await asyncio.gather(write(), steps.rebuild_timeline(urls), steps.rebuild_activity(urls))
        await steps.relay(urls)
        now = await read_tables(old.pool)
        assert len(now.events) == len(old.before.events) + len(new) + len(voids)
        await check_timeline(now, stores)
        await check_activity(now, stores)


def void_of(event: Event) -> Event:
    """A void of the event, in its millisecond."""
    verb = Verb.VOIDED
    return Event(
        id=uuid5(event.id, "void"),
        registration=event.registration,
        learner_id=event.learner_id,
        course_key=event.course_key,
        verb=verb,
        verb_iri=VERB_IRIS[verb],
        at=event.at,
        voids=event.id,
    )


async def test_a_kill_at_any_step_changes_nothing(
    old: OldStores, runner: Runner, pytestconfig: pytest.Config, servers: Servers, request: pytest.FixtureRequest
) -> None:
    if not pytestconfig.getoption("--long"):
        return await upgrade_with_kills(runner, old, seed=0, farthest=14)
    for seed in range(1, 1 + SEEDS_OF_LONG_FORM):
        async with old_stores(servers, request.node.callspec.params["old"]) as each:
            await upgrade_with_kills(runner, each, seed=seed, farthest=5)
    return None


async def upgrade_with_kills(runner: Runner, old: OldStores, *, seed: int, farthest: int) -> None:
    """Every step is killed again and again, each time up to `farthest` requests later, until it ends before that."""
    chance = random.Random(seed)
    after_migration = ["relay", "rebuild timeline", "rebuild activity"]
    chance.shuffle(after_migration)
    for step in ("migrate", *after_migration, "drop old"):
        at = chance.randint(1, 4)
        while not (await runner.run(old, step, kill_at=at))[0]:
            at += chance.randint(1, farthest)
        if step == "migrate":
            await old.age_the_rebuild()
    async with steps.opened(old.parsed()) as (stores, _):
        await check_upgraded(old, stores)
    assert not await old.old_layout()


async def test_a_migration_killed_once_anywhere_ends_as_without_a_kill(
    servers: Servers, runner: Runner, pytestconfig: pytest.Config
) -> None:
    stride = 1 if pytestconfig.getoption("--long") else 25
    for at in count(stride, stride):
        async with old_stores(servers, "sql") as old:
            ended, _ = await runner.run(old, "migrate", kill_at=at)
            await steps.migrate(old.parsed())
            await check_tables(old.before, old.pool)
        if ended:
            return


async def test_an_index_that_a_killed_migration_left_invalid_is_built_again(servers: Servers) -> None:
    async with old_stores(servers, "sql") as old:
        await steps.migrate(old.parsed())
        await old.pool.execute("DROP INDEX event_ledger_by_place")
        await old.pool.execute("DELETE FROM migrations WHERE set_name = 'progress' AND number > 5")
        # An index over rows that are not unique yet fails, and stays behind as one that was killed.
        await old.pool.execute("ALTER TABLE event_ledger ALTER COLUMN slot DROP NOT NULL")
        await old.pool.execute("UPDATE event_ledger SET slot = 0")
        with pytest.raises(Exception, match="could not create unique index"):
            await old.pool.execute(BUILD_INDEX)
        await old.pool.execute("UPDATE event_ledger SET slot = NULL")
        await steps.migrate(old.parsed())
        await check_tables(old.before, old.pool)


async def test_a_rebuild_of_progress_that_the_old_version_began_continues(servers: Servers) -> None:
    async with old_stores(servers, "sql") as old:
        half = sorted(old.before.registrations)[30]
        await old.pool.execute("INSERT INTO progress_rebuilds VALUES ('all', $1::text::uuid)", str(half))
        await migrate_set(old.pool, "progress")
        async with steps.opened(old.parsed()) as (stores, _):
            position = await stores.progress.rebuild_position(Rebuild.PROGRESS)
            assert position is not None
            assert (position.number, position.after) == (0, half)
