"""Rows of the log as what a learner did in a course, or the reason why they are skipped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from gateway.datasets.moodle.log_rows import LogRow
from gateway.datasets.moodle.mapping import MoodleMapping
from gateway.datasets.moodle.rules import COMPLETION, rule_of
from gateway.datasets.references import Place
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.item_progress import ENROLLMENT_VERBS

COMPLETION_VERBS: Mapping[int, Sequence[Verb]] = {
    1: (Verb.COMPLETED,),
    2: (Verb.COMPLETED, Verb.PASSED),
    3: (Verb.COMPLETED, Verb.FAILED),
}
"""Moodle's completion states: complete, complete with a passing grade, complete with a failing grade."""


class Skipped(NamedTuple):
    """Why a row makes no event. Rows are counted by it."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a learner did: an event for each verb, as soon as the learner's enrolment is known."""

    row: LogRow
    place: Place
    verbs: Sequence[Verb]
    item_key: str | None

    @property
    def enrolls(self) -> bool:
        """Whether the row says that the learner was enrolled."""
        return Verb.REGISTERED in self.verbs


def statement_of(row: LogRow, mapping: MoodleMapping) -> Statement | Skipped:
    """The statement that a row makes under a mapping."""
    course = mapping.courses.get(row.course)
    if course is None:
        return Skipped("courses that are not in the mapping")
    if row.anonymous:
        return Skipped("anonymous")
    if row.by_other:
        return Skipped("another user who was logged in as the user")
    rule = rule_of(row.event_name, mapping.rules)
    if rule is None or rule.verb is None:
        return Skipped(f"event {row.event_name}")
    user = row.related_user if rule.related and row.related_user else row.user
    learner = mapping.learner_of(user) if user else None
    if learner is None:
        return Skipped("users who are not in the mapping")
    verbs: Sequence[Verb] = (rule.verb,)
    if row.event_name == COMPLETION and rule.verb is Verb.COMPLETED:
        verbs = COMPLETION_VERBS.get(row.completion or 0, ())
        if not verbs:
            return Skipped(f"event {row.event_name} of a module that is not complete")
    item = None
    if row.module is not None and rule.verb not in ENROLLMENT_VERBS:
        item = mapping.items.get(row.module)
        if item is None:
            return Skipped(f"course module {row.module}, which is not in the mapping")
    return Statement(row=row, place=Place(learner, course), verbs=verbs, item_key=item)


def events_of(statement: Statement, registration: UUID, site: str) -> Sequence[Event]:
    """The events of a statement. The id of the first is the UUIDv5 of the site's URL and the row's id in the log."""
    namespace, row = uuid5(NAMESPACE_URL, site), statement.row
    return [
        Event(
            id=uuid5(namespace, str(row.id) if number == 0 else f"{row.id}/{verb.value}"),
            registration=registration,
            learner_id=statement.place.learner_id,
            course_key=statement.place.course_key,
            verb=verb,
            verb_iri=VERB_IRIS[verb],
            at=row.at,
            item_key=statement.item_key,
            extensions={"moodleEvent": row.event_name},
        )
        for number, verb in enumerate(statement.verbs)
    ]
