"""Commits: the change that one transaction made to one registration, for the outbox."""

from collections.abc import Sequence
from datetime import datetime

from stores.domain.events import Event, Verb
from stores.domain.item_progress import not_started
from stores.domain.outbox import Commit
from stores.domain.progress import ItemProgress
from stores.domain.progress_projection import CourseIndex, RegistrationState, resume_point, without_voided


def make_commit(
    before: RegistrationState,
    after: RegistrationState,
    new: Sequence[Event],
    whole: Sequence[Event] | None,
    index: CourseIndex,
    *,
    number: int,
    at: datetime,
    traceparent: str | None = None,
) -> Commit:
    """The commit of a transaction that took a registration from `before` to `after`.

    `new`: the accepted events. `whole`: all events of the registration, `new` among them, if a void may be involved.
    `number`: the commit's number within the registration; `at`: the database's time; `traceparent`: the operation that
    made it, if its trace is sampled."""
    kept, voided, resume = tuple(new), tuple[Event, ...](), resume_point(new)
    if whole is not None:
        left = without_voided(whole)
        live_ids, new_ids = {event.id for event in left}, {event.id for event in new}
        targets = {event.voids for event in new if event.verb is Verb.VOIDED} & {event.id for event in whole}
        if targets or not new_ids <= live_ids:
            kept = tuple(event for event in new if event.id in live_ids)
            gone = targets - live_ids - new_ids
            voided = tuple(event for event in whole if event.id in gone)
            resume = resume_point(left)
    row = before.enrollment
    return Commit(
        registration=row.registration,
        number=number,
        learner_id=row.learner_id,
        course_key=row.course_key,
        at=at,
        state=after.enrollment.state,
        events=kept,
        voided=voided,
        progress=None if after.course.version == before.course.version else after.course,
        changed=tuple(changed_items(before, after, index)),
        resume=resume,
        traceparent=traceparent,
    )


def changed_items(before: RegistrationState, after: RegistrationState, index: CourseIndex) -> Sequence[ItemProgress]:
    """The item rows that differ, in course order. An item whose last event was voided is NOT_STARTED again."""
    if after.course.version == before.course.version:
        return ()
    differs = {key for key in {*before.items, *after.items} if before.items.get(key) != after.items.get(key)}
    return [
        after.items.get(key) or not_started(after.enrollment.registration, item)
        for key, item in index.by_key.items()
        if key in differs
    ]
