"""The OULAD dataset as records: runs as courses, assessments and sites as items, rows with a day as events."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path

from gateway.datasets.dataset import Dataset
from gateway.datasets.oulad.course import course_drafts, course_key, day_zero
from gateway.datasets.oulad.events import events_of, learner_id, registration_id
from gateway.datasets.oulad.rows import Student
from gateway.datasets.oulad.tables import Tables, read_tables
from gateway.datasets.oulad.waivers import PASSING_RESULTS, waivers_of
from stores.domain.catalog import Course
from stores.domain.events import Event, Verb
from stores.domain.profiles import Profile
from stores.domain.progress import Enrollment
from stores.domain.progress_projection import course_index


def read_oulad(folder: Path, *, skip_bad: bool = False) -> Dataset:
    """The dataset in `folder`. All rows are checked first; raises `BadSource`, which lists the bad ones.

    With `skip_bad` bad rows are left out and counted."""
    return oulad_dataset(read_tables(folder, skip_bad=skip_bad))


def oulad_dataset(tables: Tables) -> Dataset:
    """The records of all rows."""
    courses = tuple(course_drafts(tables))
    profiles = tuple(profiles_of(tables))
    enrollments = tuple(enrollment_of(row) for row in tables.students.values())
    events = tuple(chain.from_iterable(all_events(tables, courses, enrollments)))
    return Dataset(
        name="OULAD",
        courses=courses,
        profiles=profiles,
        enrollments=enrollments,
        events=events,
        sizes={"profiles": len(profiles), "enrollments": len(enrollments), "events": len(events)},
        counts={**counts_of(tables), "items waived by a final result": sum(e.verb is Verb.WAIVED for e in events)},
        left_out=tables.left_out,
    )


def profiles_of(tables: Tables) -> Iterator[Profile]:
    """A profile for each student, created at the start of their first run."""
    since: dict[int, datetime] = {}
    for key in tables.students:
        began = day_zero(key.run)
        since[key.student] = min(since.get(key.student, began), began)
    for student, began in since.items():
        yield Profile(
            learner_id=learner_id(student),
            display_name=learner_id(student),
            locale="en-GB",
            time_zone="Europe/London",
            created_at=began,
            updated_at=began,
        )


def enrollment_of(row: Student) -> Enrollment:
    """The enrolment of a student in a run. Its attributes are the demographic columns and the final result."""
    attributes = row._asdict()
    del attributes["key"]
    return Enrollment(
        registration=registration_id(row.key),
        learner_id=learner_id(row.key.student),
        course_key=course_key(row.key.run),
        course_version=1,
        attributes=attributes,
    )


def all_events(
    tables: Tables, courses: Sequence[Course], enrollments: Sequence[Enrollment]
) -> Iterator[Sequence[Event]]:
    """For each enrolment (in the order of `tables.students`) its events, waivers among them."""
    indexes = {course.key: course_index(course.items) for course in courses}
    for (key, student), enrollment in zip(tables.students.items(), enrollments, strict=True):
        events = [*events_of(key, tables)]
        index = indexes[enrollment.course_key]
        yield [*events, *waivers_of(student, tables.runs[key.run], enrollment, events, index)]


def counts_of(tables: Tables) -> Mapping[str, int]:
    """Counts of the files, named as the dataset's documentation does."""
    results = [row for rows in tables.results.values() for row in rows]
    clicks = [row for rows in tables.clicks.values() for row in rows]
    dates = [tables.registrations.get(key) for key in tables.students]
    return {
        "learners": len({key.student for key in tables.students}),
        "runs": len(tables.runs),
        "enrolments": len(tables.students),
        "enrolments without a date": sum(row is None or row.registered is None for row in dates),
        "unregistration dates": sum(row is not None and row.unregistered is not None for row in dates),
        "final results “Pass” and “Distinction”": sum(
            row.final_result in PASSING_RESULTS for row in tables.students.values()
        ),
        "final results “Withdrawn”": sum(row.final_result == "Withdrawn" for row in tables.students.values()),
        "assessments": len(tables.assessments),
        "sites": len(tables.sites),
        "results": len(results),
        "results without a score": sum(row.score is None for row in results),
        "banked results": sum(row.banked for row in results),
        "click rows": len(clicks),
        "click rows that share learner, site and day with another": len(clicks)
        - len({(row.key, row.site, row.day) for row in clicks}),
    }
