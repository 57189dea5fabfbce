"""The file of events: each row is an event of one enrolment, by the rules of `recordInteractions`."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from gateway.datasets.bad_rows import MissingReference, quoted
from gateway.datasets.csv_files.cells import Cells, column_of
from gateway.datasets.csv_files.record_file import RecordFile
from gateway.datasets.csv_stream import Columns
from gateway.datasets.imported_ids import event_id
from gateway.datasets.references import Place
from resolvers.writes.event_faults import problem_with_event
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.progress import Enrollment

TARGET = frozenset({"id", "registration", "learnerId", "course"})
"""Columns that name the event and its enrolment. The other cells of a row are the event's natural key there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """A row that names its enrolment by registration, or by learner and course, or by all of them."""

    registration: UUID | None
    learner_id: str | None
    course_key: str | None
    cells: Cells

    @property
    def place(self) -> Place | None:
        """The learner and the course, if the row has both."""
        if self.learner_id is None or self.course_key is None:
            return None
        return Place(self.learner_id, self.course_key)


class EventFile(RecordFile[EventRow, Event]):
    """Events of enrolments, and with items, that exist."""

    kind = "events"
    columns = Columns(
        required=("verb", "at"),
        optional=(
            *("id", "registration", "learnerId", "course", "itemKey", "verbIri", "score", "success", "progress"),
            *("durationSeconds", "position", "sessionId", "voids", "extensions"),
        ),
    )

    def parse(self, cells: Cells) -> EventRow:
        row = EventRow(
            registration=cells.uuid("registration"),
            learner_id=cells.text("learnerId"),
            course_key=cells.text("course"),
            cells=cells,
        )
        if row.registration is None and row.place is None:
            raise ValueError("the row names no enrolment: it needs a registration, or learnerId and course")
        return row

    async def find(self, rows: Sequence[EventRow]) -> None:
        await self.references.find_registrations(row.registration for row in rows if row.registration is not None)
        places = (row.place for row in rows if row.registration is None)
        await self.references.find_places(place for place in places if place is not None)

    def make(self, row: EventRow) -> Event:
        enrollment = self._enrollment(row)
        event = self._event(row.cells, enrollment)
        if problem := problem_with_event(event, self.now):
            raise ValueError(f"{column_of(problem[0])} {problem[1]}")
        items = self.references.item_keys.get(enrollment.pin)
        if items is None:
            raise ValueError(f"version {enrollment.course_version} of the enrolment's course is not in the catalog")
        if event.item_key is not None and event.item_key not in items:
            raise ValueError(f"itemKey {quoted(event.item_key)} is not an item of course {enrollment.course_key}")
        return event

    def keep(self, record: Event) -> None:
        pass  # the ledger finds repeated ids

    def _enrollment(self, row: EventRow) -> Enrollment:
        if row.registration is not None:
            found = self.references.enrollments.get(row.registration)
            named = f"there is no enrolment {row.registration}"
        else:
            found = None if row.place is None else self.references.of_place(row.place)
            named = f"learner {quoted(row.learner_id or '')} is not enrolled in course {quoted(row.course_key or '')}"
        if found is None:
            raise MissingReference("enrolments", named)
        if row.learner_id not in (None, found.learner_id) or row.course_key not in (None, found.course_key):
            raise ValueError(f"registration {row.registration} is of another learner or course")
        return found

    def _event(self, cells: Cells, enrollment: Enrollment) -> Event:
        verb, at, seconds = _verb(cells.required("verb")), cells.time("at"), cells.number("durationSeconds")
        if at is None:
            raise ValueError("at is empty")
        key = sorted((column, text) for column, text in cells.given.items() if column not in TARGET)
        return Event(
            id=cells.uuid("id") or event_id(enrollment.registration, *key),
            registration=enrollment.registration,
            learner_id=enrollment.learner_id,
            course_key=enrollment.course_key,
            verb=verb,
            verb_iri=cells.text("verbIri") or VERB_IRIS[verb],
            at=at,
            item_key=cells.text("itemKey"),
            score=cells.number("score"),
            success=cells.truth("success"),
            progress=cells.number("progress"),
            duration_ms=None if seconds is None else round(seconds * 1000),
            position=cells.number("position"),
            session_id=cells.text("sessionId"),
            voids=cells.uuid("voids"),
            extensions=cells.document("extensions"),
        )


def _verb(text: str) -> Verb:
    if text not in Verb.__members__:
        raise ValueError(f"verb {quoted(text)} is not one of {', '.join(Verb.__members__)}")
    return Verb[text]
