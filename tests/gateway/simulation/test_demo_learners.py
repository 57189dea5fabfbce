"""Live demo learners: events are recorded as they happen, through outages; the same seed gives the same events."""

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from gateway.datasets.demo.profiles import learner_id
from gateway.simulation.demo_learners import HEARTBEAT_INTERVAL
from stores.domain.events import Verb
from stores.domain.outbox import Consumer
from stores.domain.paging import to_ms
from stores.domain.progress import Enrollment, VerdictStatus
from stores.domain.sessions import PresenceStatus
from tests.gateway.simulation.campus import MINUTE, Campus


@pytest.fixture
async def campus() -> Campus:
    return await Campus().load()


async def test_events_have_the_current_time_and_growing_ids_and_are_all_accepted(campus: Campus) -> None:
    start = campus.clock()
    await campus.simulate(20)
    progress = campus.progress
    assert set(progress.verdicts) == {VerdictStatus.ACCEPTED}
    assert all(start <= event.at <= seen for event, seen in zip(progress.events, progress.seen_at, strict=True))
    ids = [event.id for event in progress.events]
    assert ids == sorted(set(ids))
    assert {event.id.version for event in progress.events} == {7}
    assert all(event.id.int >> 80 == to_ms(event.at) for event in progress.events)


async def test_the_rate_is_about_the_requested_one(campus: Campus) -> None:
    await campus.simulate(30)
    assert 0.7 < len(campus.progress.events) / 1800 < 1.4


async def test_sessions_start_work_through_items_and_end(campus: Campus) -> None:
    await campus.simulate(30)
    sessions = defaultdict(list)
    for event in campus.progress.events:
        if event.session_id is not None:
            sessions[event.session_id].append(event)
    whole = [events for events in sessions.values() if events[-1].verb in {Verb.TERMINATED, Verb.ABANDONED}]
    assert len(whole) > 10
    assert all([events[0].verb, events[1].verb] == [Verb.LAUNCHED, Verb.INITIALIZED] for events in whole)
    done = Counter(event.verb for event in campus.progress.events)
    assert {Verb.PLAYED, Verb.PAUSED, Verb.COMPLETED, Verb.PASSED, Verb.INTERACTED} <= set(done)
    assert any(event.position for event in campus.progress.events)
    for events in whole:
        lasted = (events[-1].at - events[0].at) / timedelta(milliseconds=1)
        assert sum(event.duration_ms or 0 for event in events) <= lasted + len(events)


async def test_a_learner_has_one_session_at_a_time_and_the_first_is_always_active(campus: Campus) -> None:
    await campus.simulate(30)
    active: dict[str, str] = {}
    for event in campus.progress.events:
        if event.verb is Verb.LAUNCHED:
            assert event.learner_id not in active
            active[event.learner_id] = event.session_id or ""
        elif event.verb in {Verb.TERMINATED, Verb.ABANDONED}:
            assert active.pop(event.learner_id) == event.session_id
    assert campus.progress.events[0].learner_id == "demo-0001"
    assert 1 < len(active) <= campus.learners().sessions == 8
    times = [event.at for event in campus.progress.events if event.learner_id == "demo-0001"]
    assert max(after - before for before, after in pairwise(times)) < 10 * MINUTE


async def test_a_resting_learner_does_not_study(campus: Campus) -> None:
    await campus.simulate(20)
    resting = next(event.learner_id for event in campus.progress.events if event.learner_id != learner_id(1))
    other = await Campus().load()
    await other.clock.run(other.learners(resting=[resting]).run(), 20 * MINUTE)
    assert resting not in {event.learner_id for event in other.progress.events}
    assert len({event.learner_id for event in other.progress.events}) > 1


async def test_learners_in_a_session_are_online_and_their_position_moves(campus: Campus) -> None:
    await campus.simulate(10)
    times = defaultdict(set)
    for heartbeat in campus.sessions.heartbeats:
        times[heartbeat.at].add(heartbeat.learner_id)
    at = sorted(times)
    assert {after - before for before, after in pairwise(at)} == {HEARTBEAT_INTERVAL}
    presence = await campus.stores.sessions.presence(list(times[at[-1]]))
    assert {each.status for each in presence.values()} == {PresenceStatus.ONLINE}
    moved = defaultdict(list)
    for heartbeat in campus.sessions.heartbeats:
        if heartbeat.position is not None:
            moved[heartbeat.session_id, heartbeat.item_key].append(heartbeat.position)
    assert any(len(set(positions)) > 2 for positions in moved.values())


async def test_the_same_seed_gives_the_same_events() -> None:
    one, other = await Campus().load(), await Campus().load()
    await one.simulate(10)
    await other.simulate(10)
    assert one.progress.events == other.progress.events != []


async def test_after_an_outage_of_the_ledger_the_rate_stays_the_same(
    campus: Campus, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    learners = campus.learners()
    await campus.clock.run(learners.run(), 5 * MINUTE)
    before = len(campus.progress.events)
    campus.progress.away = True
    await campus.clock.run(learners.run(), 20 * MINUTE)
    assert len(campus.progress.events) == before
    assert [record.message for record in caplog.records] == [
        "simulated events: retrying after progress: cannot be reached"
    ]
    campus.progress.away = False
    back = campus.clock()
    await campus.clock.run(learners.run(), 5 * MINUTE)
    after = campus.progress.events[before:]
    assert 150 < len(after) < 600
    assert len([event for event in after if event.at < back + timedelta(seconds=10)]) < 40
    assert len({event.id for event in campus.progress.events}) == len(campus.progress.events)
    assert set(campus.progress.verdicts) == {VerdictStatus.ACCEPTED}


async def test_events_whose_response_was_lost_are_repeated_and_count_once(campus: Campus) -> None:
    campus.progress.loses_response = True
    await campus.simulate(5)
    assert campus.progress.verdicts[VerdictStatus.DUPLICATE] > 0
    assert campus.progress.verdicts[VerdictStatus.REJECTED] == 0
    assert len({event.id for event in campus.progress.events}) == len(campus.progress.events)


async def test_an_outage_of_sessions_does_not_stop_events(campus: Campus, caplog: pytest.LogCaptureFixture) -> None:
    campus.sessions.away = True
    await campus.simulate(5)
    assert len(campus.progress.events) > 100
    assert [record.message for record in caplog.records] == [
        "simulated heartbeats: retrying after sessions: cannot be reached"
    ]


async def test_the_simulation_never_ends(campus: Campus) -> None:
    """A single learner finishes course after course, and continues when none is left."""
    learners = campus.learners(learners=1, rate=1.0)
    await campus.clock.run(learners.run(), timedelta(hours=2))
    rows = await enrollments_of(campus, "demo-0001")
    assert len(rows) == 8
    progress = await campus.stores.progress.course_progress(list(rows))
    assert all(each.satisfied for each in progress.values())
    assert campus.progress.events[-1].at > campus.clock() - 5 * MINUTE


async def test_events_are_left_in_the_outbox_for_the_relay(campus: Campus) -> None:
    await campus.simulate(1)
    backlog = await campus.stores.outbox.backlog()
    assert backlog[Consumer.TIMELINE].waiting == len(campus.progress.events) > 10


async def enrollments_of(campus: Campus, learner_id: str) -> Mapping[UUID, Enrollment]:
    pages = await campus.stores.progress.by_learners([learner_id], states=None, courses=None, after=None, first=20)
    return {row.registration: row for row in pages[learner_id].rows}
