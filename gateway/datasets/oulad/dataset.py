"""OULAD's tables as a World: runs are courses, sites and assessments items, and all that happened is events."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from gateway.datasets.dataset import Dataset
from gateway.datasets.oulad.course import assessment_key, course_key, day_zero, drafts, site_key
from gateway.datasets.oulad.rows import Student, StudentKey
from gateway.datasets.oulad.tables import Tables, read_tables
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.profiles import Profile
from stores.domain.progress import Enrollment

OULAD = uuid5(NAMESPACE_OID, "oulad")
"""The space of the import's ids: the same row has the same id at every import."""
NOON = timedelta(hours=12)
DAY_END = timedelta(hours=23, minutes=59, seconds=59)


def oulad_world(folder: Path, *, skip_bad: bool = False) -> Dataset:
    """All of the dataset's files in `folder`, every row checked before any is made a record; `BadSource` says what is
    wrong with them. With `skip_bad` bad rows are left out and counted."""
    return world_of(read_tables(folder, skip_bad=skip_bad))


def world_of(tables: Tables) -> Dataset:
    profiles = tuple(profiles_of(tables))
    enrollments = tuple(enrollment_of(row) for row in tables.students.values())
    events = tuple(event for key in tables.students for event in events_of(key, tables))
    return Dataset(
        name="OULAD",
        courses=tuple(drafts(tables)),
        profiles=profiles,
        enrollments=enrollments,
        events=events,
        sizes={"profiles": len(profiles), "enrollments": len(enrollments), "events": len(events)},
        counts=counts_of(tables),
        left_out=tables.left_out,
    )


def learner_id(student: int) -> str:
    return f"oulad-{student}"


def registration_id(key: StudentKey) -> UUID:
    return uuid5(OULAD, f"{key.run}/{key.student}")


def profiles_of(tables: Tables) -> Iterator[Profile]:
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
    attributes = row._asdict()
    del attributes["key"]
    return Enrollment(
        registration=registration_id(row.key),
        learner_id=learner_id(row.key.student),
        course_key=course_key(row.key.run),
        course_version=1,
        attributes=attributes,
    )


def events_of(key: StudentKey, tables: Tables) -> Iterator[Event]:
    """What happened to one student in one run. An id is made of the file, the row's natural key and its ordinal among
    rows of an equal key."""
    registration, learner, course = registration_id(key), learner_id(key.student), course_key(key.run)
    start, place = day_zero(key.run), f"{key.run}/{key.student}"
    ordinals: Counter[str] = Counter()

    def happened(verb: Verb, row: str, at: datetime, **said: Any) -> Event:
        ordinals[row] += 1
        return Event(
            id=uuid5(OULAD, f"{row}/{ordinals[row] - 1}"),
            registration=registration,
            learner_id=learner,
            course_key=course,
            verb=verb,
            verb_iri=VERB_IRIS[verb],
            at=at,
            **said,
        )

    dates = tables.registrations.get(key)
    if dates is not None and dates.registered is not None:
        at = start + timedelta(days=dates.registered)
        yield happened(Verb.REGISTERED, f"studentRegistration/{place}/registered", at)
    for result in tables.results.get(key, ()):
        yield happened(
            Verb.ATTEMPTED,
            f"studentAssessment/{result.assessment}/{key.student}",
            start + timedelta(days=result.day) + NOON,
            item_key=assessment_key(result.assessment),
            score=None if result.score is None else result.score / 100,
            extensions={"banked": True} if result.banked else {},
        )
    for row in tables.clicks.get(key, ()):
        # Nothing less than all columns tells click rows apart (and 361 of them not even that): their order in the
        # file, and a row left out before them, then make no difference to their ids.
        yield happened(
            Verb.INTERACTED,
            f"studentVle/{place}/{row.site}/{row.day}/{row.clicks}",
            start + timedelta(days=row.day) + NOON,
            item_key=site_key(row.site),
            extensions={"sum_click": row.clicks},
        )
    if dates is not None and dates.unregistered is not None:
        at = start + timedelta(days=dates.unregistered) + DAY_END
        yield happened(Verb.UNREGISTERED, f"studentRegistration/{place}/unregistered", at)


def counts_of(tables: Tables) -> Mapping[str, int]:
    """What the files hold, as the dataset's own papers count it."""
    results = [row for rows in tables.results.values() for row in rows]
    clicks = [row for rows in tables.clicks.values() for row in rows]
    dates = [tables.registrations.get(key) for key in tables.students]
    return {
        "learners": len({key.student for key in tables.students}),
        "runs": len(tables.runs),
        "enrolments": len(tables.students),
        "enrolments without a date": sum(row is None or row.registered is None for row in dates),
        "unregistration dates": sum(row is not None and row.unregistered is not None for row in dates),
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
