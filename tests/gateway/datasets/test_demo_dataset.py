"""The demo's dataset: reproducible, plausible, and with something to show for every feature."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from gateway.datasets.dataset import Dataset
from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.dataset import demo_dataset
from gateway.datasets.loader import load
from stores.domain.catalog import ItemType, MoveOn
from stores.domain.documents import fault_of
from stores.domain.events import Verb
from stores.domain.progress import EnrollmentState
from stores.domain.sessions import PresenceStatus
from tests.gateway.memory_stores import memory_stores

NOW = datetime(2026, 3, 12, 15, 20, 7, 123456, tzinfo=UTC)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return made(demo_dataset(seed=1, learners=200, now=NOW))


def made(dataset: Dataset) -> Dataset:
    """The dataset with its records generated once."""
    return replace(
        dataset,
        profiles=tuple(dataset.profiles),
        enrollments=tuple(dataset.enrollments),
        events=tuple(dataset.events),
        heartbeats=tuple(dataset.heartbeats),
    )


def test_equal_arguments_give_equal_records_in_each_iteration() -> None:
    dataset = demo_dataset(seed=1, learners=20, now=NOW)
    assert made(dataset) == made(dataset) == made(demo_dataset(seed=1, learners=20, now=NOW))
    other = demo_dataset(seed=2, learners=20, now=NOW)
    assert {event.id for event in dataset.events}.isdisjoint(event.id for event in other.events)


def test_a_later_dataset_of_the_same_week_has_the_same_events_and_more(dataset: Dataset) -> None:
    later = {event.id: event for event in demo_dataset(seed=1, learners=200, now=NOW + timedelta(days=2)).events}
    beats = {beat.learner_id for beat in dataset.heartbeats if NOW - beat.at < timedelta(minutes=10)}
    earlier = [event for event in dataset.events if event.learner_id not in beats]
    assert all(later[event.id] == event for event in earlier)
    assert len(later) > len(earlier)


@pytest.mark.parametrize("day", range(7))
@pytest.mark.parametrize("week", [date(2026, 2, 23), date(2027, 3, 29), date(2028, 10, 30)])
def test_what_readme_quotes_does_not_depend_on_the_date(week: date, day: int) -> None:
    for hour in range(0, 24, 3):
        now = datetime(week.year, week.month, week.day, hour, 7, 11, tzinfo=UTC) + timedelta(days=day)
        dataset = demo_dataset(seed=1, learners=1, now=now)
        events, beats = list(dataset.events), list(dataset.heartbeats)
        quiz = [(event.verb, event.score) for event in events if event.item_key == "joins-quiz" and event.score]
        assert quiz == [(Verb.FAILED, 0.4), (Verb.PASSED, 0.87)]
        assert max(events, key=lambda event: event.at).item_key == "report"
        assert max(beats, key=lambda beat: beat.at).item_key == "report"


def test_the_number_of_learners_does_not_change_any_of_them(dataset: Dataset) -> None:
    few = demo_dataset(seed=1, learners=3, now=NOW)
    assert list(few.profiles) == list(dataset.profiles)[:3]
    assert list(few.events) == [event for event in dataset.events if event.learner_id <= "demo-0003"]


def test_records_are_generated_lazily() -> None:
    many = demo_dataset(seed=1, learners=100_000, now=NOW)
    assert len(list(islice(many.events, 1_000))) == 1_000
    assert next(iter(many.enrollments)).learner_id == "demo-0001"


def test_the_courses_have_every_type_of_item_and_every_rule(dataset: Dataset) -> None:
    items = [item for course in dataset.courses for item in course.items]
    assert len(dataset.courses) == 8
    assert {item.type for item in items} == set(ItemType)
    assert {item.move_on for item in items} == set(MoveOn)
    for course in dataset.courses:
        keys = [item.key for item in course.items]
        assert len(set(keys)) == len(keys)
        for place, item in enumerate(course.items):
            assert set(item.prerequisites) <= set(keys[:place])


def test_learners_live_in_many_time_zones_and_study_in_waking_hours(dataset: Dataset) -> None:
    profiles = {profile.learner_id: profile for profile in dataset.profiles}
    zones = {profile.time_zone for profile in profiles.values()}
    assert {"Asia/Kathmandu", "Asia/Kolkata", "America/Sao_Paulo", "Europe/London", "America/New_York"} <= zones
    assert len({profile.display_name for profile in profiles.values()}) > 150
    assert all(fault_of(p.preferences) is fault_of(p.attributes) is None for p in profiles.values())
    here = {beat.learner_id for beat in dataset.heartbeats if NOW - beat.at < timedelta(minutes=10)}
    hours = {
        event.at.astimezone(ZoneInfo(profiles[event.learner_id].time_zone)).hour
        for event in dataset.events
        if event.session_id is not None and event.learner_id not in here
    }
    assert hours <= set(range(6, 24))


def test_events_end_now_and_resemble_studying(dataset: Dataset) -> None:
    events = list(dataset.events)
    assert 20_000 <= len(events) <= 40_000
    assert len({event.id for event in events}) == len(events)
    assert abs(len(events) - dataset.sizes["events"]) < len(events) / 4
    first, last = min(event.at for event in events), max(event.at for event in events)
    assert NOW - timedelta(minutes=10) < last <= NOW
    assert NOW - timedelta(days=63) <= first <= NOW - timedelta(days=55)
    assert all(event.at.microsecond % 1000 == 0 for event in events)
    assert {event.verb for event in events} == set(Verb) - {Verb.VOIDED, Verb.OTHER, Verb.ANSWERED}
    active = defaultdict(set)
    for event in events:
        if event.session_id is not None:
            active[event.at.date()].add(event.learner_id)
    assert 0.07 < sum(map(len, active.values())) / len(active) / 200 < 0.14
    times = defaultdict(list)
    for event in events:
        times[event.session_id].append(event.at)
    assert all(at == sorted(at) for session, at in times.items() if session is not None)


async def test_the_loaded_dataset_has_certificates_presence_and_a_full_course(dataset: Dataset) -> None:
    stores = memory_stores(lambda: NOW)
    written = await load(dataset, stores, now=lambda: NOW)
    assert not any(each.rejected for each in written)
    again = await load(dataset, stores, now=lambda: NOW)
    assert [each.new for each in again] == [0, 0, 0, 0, None, None]

    registrations = [row.registration for row in dataset.enrollments]
    certificates = await stores.progress.certificates(registrations)
    assert 10 <= len(certificates) <= len(registrations) / 4
    counts = await stores.progress.count_by_courses([SQL101], states={EnrollmentState.ACTIVE})
    assert counts[SQL101] >= 50
    assert await stores.progress.count_by_courses([SQL101], states={EnrollmentState.WITHDRAWN})

    presence = await stores.sessions.presence([profile.learner_id for profile in dataset.profiles])
    assert presence["demo-0001"].status is PresenceStatus.ONLINE
    assert presence["demo-0002"].status is PresenceStatus.AWAY
    assert Counter(each.status for each in presence.values())[PresenceStatus.OFFLINE] > 150
    session = (await stores.sessions.by_learners(["demo-0001"]))["demo-0001"]
    assert session.course_key == SQL101
    assert session.last_seen_at - session.started_at > timedelta(minutes=10)
    assert len(await stores.sessions.resume_points(registrations)) > 90


async def test_a_single_learner_is_a_dataset() -> None:
    stores = memory_stores(lambda: NOW)
    dataset = demo_dataset(seed=5, learners=1, now=NOW)
    await load(dataset, stores, now=lambda: NOW)
    page = await stores.timeline.by_learners(
        ["demo-0001"], span=None, verbs=None, courses=[SQL101], after=None, first=1
    )
    assert NOW - page["demo-0001"].rows[0].at < timedelta(minutes=30)
