"""The file of enrolments: each row is an enrolment, and the event that began it if the row has its time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from gateway.datasets.bad_rows import MissingReference, quoted
from gateway.datasets.csv_files.cells import Cells
from gateway.datasets.csv_files.record_file import RecordFile
from gateway.datasets.csv_stream import Columns
from gateway.datasets.imported_ids import event_id, registration_of
from gateway.datasets.references import Place, References
from resolvers.value_rules import problem_with_document, problem_with_time
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.progress import Enrollment


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentRow:
    """A row with valid values. `registration`: the one of the learner in the course where it is None."""

    place: Place
    registration: UUID | None
    enrolled_at: datetime | None
    attributes: dict[str, Any]


class EnrollmentRecord(NamedTuple):
    """An enrolment and the REGISTERED event that began it; None if its time is unknown."""

    enrollment: Enrollment
    registered: Event | None


class EnrollmentFile(RecordFile[EnrollmentRow, EnrollmentRecord]):
    """Enrolments of learners and in courses that exist. `registrations` has those of the good rows, `registered` is how
    many of them have an event."""

    kind = "enrolments"
    columns = Columns(
        required=("learnerId", "course"),
        optional=("registration", "enrolledAt", "attributes"),
        prefixes=("attributes.",),
    )

    def __init__(self, path: Path, references: References, now: datetime) -> None:
        super().__init__(path, references, now)
        self.registrations: set[UUID] = set()
        self.registered = 0

    def parse(self, cells: Cells) -> EnrollmentRow:
        row = EnrollmentRow(
            place=Place(cells.required("learnerId"), cells.required("course")),
            registration=cells.uuid("registration"),
            enrolled_at=cells.time("enrolledAt"),
            attributes=cells.attributes(),
        )
        if problem := problem_with_document(row.attributes):
            raise ValueError(f"attributes {problem}")
        if row.enrolled_at is not None and (problem := problem_with_time(row.enrolled_at, self.now)):
            raise ValueError(f"enrolledAt {problem}")
        return row

    async def find(self, rows: Sequence[EnrollmentRow]) -> None:
        await self.references.find_learners(row.place.learner_id for row in rows)
        await self.references.find_courses(row.place.course_key for row in rows)
        await self.references.find_places(row.place for row in rows)
        await self.references.find_registrations(row.registration for row in rows if row.registration is not None)

    def make(self, row: EnrollmentRow) -> EnrollmentRecord:
        enrollment = self._enrollment(row)
        if row.enrolled_at is None:
            return EnrollmentRecord(enrollment, None)
        event = Event(
            id=event_id(enrollment.registration, "enrolled", row.enrolled_at.isoformat()),
            registration=enrollment.registration,
            learner_id=row.place.learner_id,
            course_key=row.place.course_key,
            verb=Verb.REGISTERED,
            verb_iri=VERB_IRIS[Verb.REGISTERED],
            at=row.enrolled_at,
        )
        return EnrollmentRecord(enrollment, event)

    def keep(self, record: EnrollmentRecord) -> None:
        row = record.enrollment
        if row.registration in self.registrations:
            raise ValueError(f"learner {quoted(row.learner_id)} in course {quoted(row.course_key)} is there twice")
        self.registrations.add(row.registration)
        self.registered += record.registered is not None
        self.references.add(row)

    def _enrollment(self, row: EnrollmentRow) -> Enrollment:
        """The enrolment of the learner in the course, which may exist, or a new one in the newest version."""
        learner_id, course_key = row.place
        if learner_id not in self.references.learners:
            raise MissingReference("learners", f"there is no learner {quoted(learner_id)}")
        version = self.references.newest.get(course_key)
        if version is None:
            raise ValueError(f"there is no course {quoted(course_key)}: create it first")
        existing = self.references.of_place(row.place)
        if existing is not None:
            if row.registration not in (None, existing.registration):
                raise ValueError(f"the learner is enrolled in the course under registration {existing.registration}")
            return existing
        registration = row.registration or registration_of(learner_id, course_key)
        if registration in self.references.enrollments:
            raise ValueError(f"registration {registration} is taken by another enrolment")
        return Enrollment(
            registration=registration,
            learner_id=learner_id,
            course_key=course_key,
            course_version=version,
            attributes=row.attributes,
        )
