"""The events of OULAD: each row that says when something happened is one event of one student's enrolment.

An event id is a UUIDv5 of the file's name, the row's natural key and the row's ordinal among rows of an equal key, so
that the same row has the same id in every import.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from gateway.datasets.oulad.course import assessment_key, course_key, day_zero, site_key
from gateway.datasets.oulad.rows import StudentKey
from gateway.datasets.oulad.tables import Tables
from stores.domain.events import VERB_IRIS, Event, Verb

OULAD = uuid5(NAMESPACE_OID, "oulad")
"""The UUIDv5 namespace of all ids that the import makes."""
NOON = timedelta(hours=12)
DAY_END = timedelta(hours=23, minutes=59, seconds=59)


def learner_id(student: int) -> str:
    """The learner id of an `id_student`."""
    return f"oulad-{student}"


def registration_id(key: StudentKey) -> UUID:
    """The registration of one student in one run."""
    return uuid5(OULAD, f"{key.run}/{key.student}")


class EventBuilder:
    """Builds the events of one student in one run."""

    def __init__(self, key: StudentKey) -> None:
        self.place = f"{key.run}/{key.student}"
        """The key of the student's enrolment, as it is part of the rows' natural keys."""
        self._registration = registration_id(key)
        self._learner_id = learner_id(key.student)
        self._course_key = course_key(key.run)
        self._ordinals: Counter[str] = Counter()

    def build(self, verb: Verb, row: str, at: datetime, **fields: Any) -> Event:
        """The event of a row. `row` is the file's name and the row's natural key; `fields` are further event fields."""
        ordinal = self._ordinals[row]
        self._ordinals[row] += 1
        return Event(
            id=uuid5(OULAD, f"{row}/{ordinal}"),
            registration=self._registration,
            learner_id=self._learner_id,
            course_key=self._course_key,
            verb=verb,
            verb_iri=VERB_IRIS[verb],
            at=at,
            **fields,
        )


def events_of(key: StudentKey, tables: Tables) -> Iterator[Event]:
    """The events of one student in one run, as the rows report them. Waivers are not among them (`waivers.py`)."""
    start, builder = day_zero(key.run), EventBuilder(key)
    dates = tables.registrations.get(key)
    if dates is not None and dates.registered is not None:
        at = start + timedelta(days=dates.registered)
        yield builder.build(Verb.REGISTERED, f"studentRegistration/{builder.place}/registered", at)
    for result in tables.results.get(key, ()):
        yield builder.build(
            Verb.ATTEMPTED,
            f"studentAssessment/{result.assessment}/{key.student}",
            start + timedelta(days=result.day) + NOON,
            item_key=assessment_key(result.assessment),
            score=None if result.score is None else result.score / 100,
            extensions={"banked": True} if result.banked else {},
        )
    for row in tables.clicks.get(key, ()):
        # The natural key of a click row is all of its columns: then neither the order of the file nor a row that is
        # left out changes an id. 361 rows are equal in every column; only these depend on their ordinal.
        yield builder.build(
            Verb.INTERACTED,
            f"studentVle/{builder.place}/{row.site}/{row.day}/{row.clicks}",
            start + timedelta(days=row.day) + NOON,
            item_key=site_key(row.site),
            extensions={"sum_click": row.clicks},
        )
    if dates is not None and dates.unregistered is not None:
        at = start + timedelta(days=dates.unregistered) + DAY_END
        yield builder.build(Verb.UNREGISTERED, f"studentRegistration/{builder.place}/unregistered", at)
