"""OULAD as a dataset: how rows become records, and that the real files are complete."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.datasets.dataset import Dataset
from gateway.datasets.loader import load
from gateway.datasets.oulad.dataset import read_oulad
from stores.domain.catalog import ItemType, MoveOn
from stores.domain.documents import fault_of
from stores.domain.events import Verb
from stores.domain.progress import EnrollmentState
from stores.domain.progress_projection import course_index, fold, initial_state
from tests.gateway.datasets.small_oulad import CLICKS, FILES, REGISTRATIONS, with_line, write
from tests.gateway.memory_stores import memory_stores

REAL = Path(__file__).resolve().parents[4] / "shared/data/oulad"
AAA, BBB = "course-v1:OU+AAA+2013J", "course-v1:OU+BBB+2014B"
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_run_is_a_course_of_assessments_and_optional_sites(tmp_path: Path) -> None:
    aaa, bbb = read_oulad(write(tmp_path)).courses
    assert (aaa.key, aaa.title, bbb.title) == (AAA, "Module AAA, October 2013", "Module BBB, February 2014")
    assert "CC BY 4.0" in (aaa.description or "")
    assert (aaa.enforce_prerequisites, bbb.enforce_prerequisites) == (False, False)
    assert [(module.title, [item.key for item in module.items]) for module in aaa.modules] == [
        ("Assessments", ["assessment-1752", "assessment-1753", "assessment-1757"]),
        ("Resources", ["site-546943"]),
        ("Forums", ["site-546652"]),
    ]
    first, _, exam, resource, forum = aaa.items
    assert (first.title, first.type, first.weight) == ("Tutor-marked assignment 1", ItemType.ASSIGNMENT, 12.5)
    assert (first.move_on, first.mastery_score, exam.title, exam.weight) == (MoveOn.PASSED, 0.4, "Exam 1", 100)
    assert (resource.move_on, resource.type, forum.type) == (
        MoveOn.NOT_APPLICABLE,
        ItemType.PAGE,
        ItemType.DISCUSSION,
    )
    assert (forum.title, bbb.items[1].title) == ("Forum 546652, week 1", "Course content 700100, weeks 2–3")


def test_a_learner_of_two_runs_is_one_profile_with_two_enrolments(tmp_path: Path) -> None:
    dataset = read_oulad(write(tmp_path))
    profiles, enrollments = list(dataset.profiles), list(dataset.enrollments)
    assert [profile.learner_id for profile in profiles] == ["oulad-11391", "oulad-28400", "oulad-30268"]
    assert {(profile.locale, profile.time_zone) for profile in profiles} == {("en-GB", "Europe/London")}
    assert [(row.learner_id, row.course_key) for row in enrollments] == [
        ("oulad-11391", AAA),
        ("oulad-28400", AAA),
        ("oulad-11391", BBB),
        ("oulad-30268", BBB),
    ]
    assert len({row.registration for row in enrollments}) == 4
    assert enrollments[1].attributes == {
        "gender": "F",
        "region": "Scotland",
        "highest_education": "A Level or Equivalent",
        "imd_band": None,
        "age_band": "35-55",
        "num_of_prev_attempts": 1,
        "studied_credits": 60,
        "disability": "Y",
        "final_result": "Withdrawn",
    }


def test_every_dated_row_is_an_event_at_its_hour(tmp_path: Path) -> None:
    events = list(read_oulad(write(tmp_path)).events)
    rows = [
        (event.learner_id, event.verb, event.at, event.item_key, event.score, dict(event.extensions))
        for event in events
        if event.course_key == AAA
    ]
    noon = at("2013-09-21T12:00:00")
    assert rows == [
        ("oulad-11391", Verb.REGISTERED, at("2013-04-25T00:00:00"), None, None, {}),
        ("oulad-11391", Verb.ATTEMPTED, at("2013-10-19T12:00:00"), "assessment-1752", 0.78, {}),
        ("oulad-11391", Verb.ATTEMPTED, at("2013-11-24T12:00:00"), "assessment-1753", None, {}),
        ("oulad-11391", Verb.INTERACTED, at("2013-10-01T12:00:00"), "site-546943", None, {"sum_click": 2}),
        ("oulad-11391", Verb.WAIVED, at("2014-06-26T12:00:00"), "assessment-1753", None, {"reason": "final_result"}),
        ("oulad-11391", Verb.WAIVED, at("2014-06-26T12:00:00"), "assessment-1757", None, {"reason": "final_result"}),
        ("oulad-28400", Verb.REGISTERED, at("2013-08-09T00:00:00"), None, None, {}),
        ("oulad-28400", Verb.ATTEMPTED, at("2013-09-30T12:00:00"), "assessment-1752", 0.4, {"banked": True}),
        ("oulad-28400", Verb.INTERACTED, noon, "site-546652", None, {"sum_click": 4}),
        ("oulad-28400", Verb.INTERACTED, noon, "site-546652", None, {"sum_click": 1}),
        ("oulad-28400", Verb.INTERACTED, noon, "site-546652", None, {"sum_click": 1}),
        ("oulad-28400", Verb.UNREGISTERED, at("2013-10-13T23:59:59"), None, None, {}),
    ]
    assert [(event.verb, event.at) for event in events if event.course_key == BBB] == [
        (Verb.REGISTERED, at("2014-02-01T00:00:00")),
        (Verb.ATTEMPTED, at("2014-02-11T12:00:00")),
        (Verb.WAIVED, at("2014-09-23T12:00:00")),
    ]
    assert len({event.id for event in events}) == len(events)


def test_the_id_of_an_event_does_not_depend_on_other_rows(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    header, *rows = FILES[CLICKS].splitlines()
    shuffled = "\n".join([header, *reversed(rows[:3])]) + "\n"
    one = {event.id: event for event in read_oulad(write(tmp_path / "a")).events}
    other = {event.id: event for event in read_oulad(write(tmp_path / "b", **{CLICKS: shuffled})).events}
    assert other.items() <= one.items()
    assert len(one) - len(other) == 1


async def test_a_pass_with_an_unregistration_date_is_waived_and_stays_withdrawn(tmp_path: Path) -> None:
    changed = with_line(REGISTRATIONS, 2, "AAA,2013J,11391,-159,200")
    stores, dataset = memory_stores(lambda: NOW), read_oulad(write(tmp_path, **changed))
    await load(dataset, stores, now=lambda: NOW)
    key = next(
        row.registration for row in dataset.enrollments if (row.learner_id, row.course_key) == ("oulad-11391", AAA)
    )
    assert (await stores.progress.by_registrations([key]))[key].state is EnrollmentState.WITHDRAWN
    assert (await stores.progress.course_progress([key]))[key].satisfied


async def test_waivers_are_added_to_data_that_was_imported_without_them(tmp_path: Path) -> None:
    stores, dataset = memory_stores(lambda: NOW), read_oulad(write(tmp_path))
    old = replace(dataset, events=[event for event in dataset.events if event.verb is not Verb.WAIVED])
    await load(old, stores, now=lambda: NOW)
    for new in (3, 0):
        events = (await load(dataset, stores, now=lambda: NOW))[3]
        assert (events.kind, events.new, events.rejected.total()) == ("events", new, 0)


async def test_the_stores_have_what_the_files_have(tmp_path: Path) -> None:
    stores, dataset = memory_stores(lambda: NOW), read_oulad(write(tmp_path))
    await load(dataset, stores, now=lambda: NOW)
    registrations = {(row.learner_id, row.course_key): row.registration for row in dataset.enrollments}
    rows = await stores.progress.by_registrations(list(registrations.values()))
    left, undated = registrations["oulad-28400", AAA], registrations["oulad-30268", BBB]
    assert (rows[left].state, rows[left].enrolled_at) == (EnrollmentState.WITHDRAWN, at("2013-08-09T00:00:00"))
    assert (rows[undated].state, rows[undated].enrolled_at) == (EnrollmentState.COMPLETED, None)
    items = await stores.progress.item_progress([left, undated])
    assert items[left]["assessment-1752"].passed_at == at("2013-09-30T12:00:00")
    assert items[undated]["assessment-1800"].failed
    assert items[undated]["assessment-1800"].waived_at == at("2014-09-23T12:00:00")


@pytest.fixture(scope="module")
def real() -> Dataset:
    if not REAL.is_dir():
        pytest.skip("the OULAD files are missing")
    return read_oulad(REAL)


def test_the_real_files_are_complete(real: Dataset) -> None:
    assert real.counts == {
        "learners": 28_785,
        "runs": 22,
        "enrolments": 32_593,
        "enrolments without a date": 45,
        "unregistration dates": 10_072,
        "final results “Pass” and “Distinction”": 15_385,
        "final results “Withdrawn”": 10_156,
        "assessments": 206,
        "sites": 6_364,
        "results": 173_912,
        "results without a score": 173,
        "banked results": 1_909,
        "click rows": 13_905,
        "click rows that share learner, site and day with another": 1_653,
        "items waived by a final result": 20_910,
    }
    assert not real.left_out
    events = list(real.events)
    assert Counter(event.verb for event in events) == {
        Verb.REGISTERED: 32_593 - 45,
        Verb.UNREGISTERED: 10_072,
        Verb.ATTEMPTED: 173_912,
        Verb.INTERACTED: 13_905,
        Verb.WAIVED: 20_910,
    }
    assert len({event.id for event in events}) == len(events)
    assert sum(event.verb is Verb.ATTEMPTED and event.score is None for event in events) == 173
    assert sum("banked" in event.extensions for event in events) == 1_909
    enrollments = list(real.enrollments)
    assert len({row.registration for row in enrollments}) == 32_593
    assert sum(row.attributes["final_result"] == "Withdrawn" for row in enrollments) == 10_156
    assert all(fault_of(row.attributes) is None for row in enrollments)
    assert sum(len(course.items) for course in real.courses) == 206 + 6_364
    assert all(len({item.key for item in course.items}) == len(course.items) for course in real.courses)


async def test_equal_click_rows_of_a_real_run_stay_separate(real: Dataset) -> None:
    run = replace(
        real,
        courses=tuple(course for course in real.courses if course.key == AAA),
        enrollments=[row for row in real.enrollments if row.course_key == AAA],
        events=[event for event in real.events if event.course_key == AAA],
    )
    stores = memory_stores(lambda: NOW)
    await load(run, stores, now=lambda: NOW)
    learners = sorted({row.learner_id for row in run.enrollments})
    pages = await stores.timeline.by_learners(
        learners, span=None, verbs={Verb.INTERACTED}, courses=None, after=None, first=20_000
    )
    assert sum(len(page.rows) for page in pages.values()) == 13_905
    counts = await stores.progress.count_by_courses([AAA], states={EnrollmentState.WITHDRAWN})
    withdrawn = {event.registration for event in run.events if event.verb is Verb.UNREGISTERED}
    assert counts[AAA] == len(withdrawn)


def test_every_real_pass_and_distinction_is_completed(real: Dataset) -> None:
    passed = {
        row.registration: row for row in real.enrollments if row.attributes["final_result"] in ("Pass", "Distinction")
    }
    indexes = {course.key: course_index(course.items) for course in real.courses}
    events = defaultdict(list)
    for event in real.events:
        events[event.registration].append(event)
    states = Counter(
        fold(initial_state(row, indexes[row.course_key]), events[key], indexes[row.course_key]).enrollment.state
        for key, row in passed.items()
    )
    assert states == {EnrollmentState.COMPLETED: 15_385}
    assert {event.registration for event in real.events if event.verb is Verb.WAIVED} <= passed.keys()
