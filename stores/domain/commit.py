"""What a commit is, made from the state before and after it: one rule for every backend of progress."""

from collections.abc import Sequence
from datetime import datetime

from stores.domain.events import Event, Verb
from stores.domain.item_progress import not_started
from stores.domain.outbox import Commit
from stores.domain.progress import Enrollment, ItemProgress
from stores.domain.progress_projection import CourseIndex, RegistrationState, resume_point, without_voided

REPUBLISHED_EVENTS_PER_COMMIT = 500
"""Events in a commit that tells again; a relay delivers about 2,000 at once."""


def make_commit(
    before: RegistrationState,
    after: RegistrationState,
    new: Sequence[Event],
    whole: Sequence[Event] | None,
    index: CourseIndex,
    *,
    number: int,
    at: datetime,
) -> Commit:
    """`new`: the accepted events; `whole`: all of the registration, `new` among them, where a void may be involved."""
    kept, voided, resume = tuple(new), tuple[Event, ...](), resume_point(new)
    if whole is not None:
        left = without_voided(whole)
        living, fresh = {event.id for event in left}, {event.id for event in new}
        targets = {event.voids for event in new if event.verb is Verb.VOIDED} & {event.id for event in whole}
        if targets or not fresh <= living:
            kept = tuple(event for event in new if event.id in living)
            gone = targets - living - fresh
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
    )


def changed_items(before: RegistrationState, after: RegistrationState, index: CourseIndex) -> Sequence[ItemProgress]:
    """The rows that differ, in course order; one whose last event was voided is NOT_STARTED again."""
    if after.course.version == before.course.version:
        return ()
    differs = {key for key in {*before.items, *after.items} if before.items.get(key) != after.items.get(key)}
    return [
        after.items.get(key) or not_started(after.enrollment.registration, item)
        for key, item in index.by_key.items()
        if key in differs
    ]


def republished_commits(row: Enrollment, whole: Sequence[Event], *, after: int, at: datetime) -> Sequence[Commit]:
    """The whole ledger of a registration once more, in commits numbered on from `after`. Nothing of its progress
    changes; a timeline that lost some of it is whole again."""
    living = {event.id for event in without_voided(whole)}
    told = [(event, event.id in living) for event in sorted(whole, key=lambda event: (event.at, event.id))]
    return [
        Commit(
            registration=row.registration,
            number=after + number,
            learner_id=row.learner_id,
            course_key=row.course_key,
            at=at,
            state=row.state,
            events=tuple(event for event, lives in told[start : start + REPUBLISHED_EVENTS_PER_COMMIT] if lives),
            voided=tuple(event for event, lives in told[start : start + REPUBLISHED_EVENTS_PER_COMMIT] if not lives),
            republished=True,
        )
        for number, start in enumerate(range(0, len(told), REPUBLISHED_EVENTS_PER_COMMIT), 1)
    ]
