"""Writing to the ledger: into which enrolments a viewer may, and the one store call that does it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from resolvers import permissions
from resolvers.context import Context
from resolvers.data.access_paths import ENROLLMENTS, LEDGER, VERSIONS
from resolvers.errors import forbidden
from resolvers.mutations.inputs import UserError
from resolvers.viewer import Viewer
from stores.domain.catalog import Course
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.item_progress import ENROLLMENT_VERBS
from stores.domain.progress import Enrollment, Verdict
from stores.domain.uuid7 import uuid7

RandomBytes = Callable[[int], bytes]
A_MOMENT = timedelta(milliseconds=1)

REFUSALS: Mapping[str, tuple[str, str]] = {
    "CONFLICT": ("id", "the id is taken by another event"),
    "FORBIDDEN": ("registration", forbidden().message),
    "INVALID_VOID": ("voids", "is an event of another enrolment"),
    "UNKNOWN_COURSE": ("registration", "the enrolment's version of the course is not in the catalog"),
    "UNKNOWN_ITEM": ("itemKey", "is not an item of the course"),
    "UNKNOWN_REGISTRATION": ("registration", "there is no such enrolment"),
}
"""Why an event is not kept: which part of it is to blame, and the words for it."""


class WritableEnrollment(NamedTuple):
    """An enrolment that the viewer may write to, and what it is pinned to."""

    enrollment: Enrollment
    course: Course


class Named(Protocol):
    """What the input of a single event has: its id and its time, if the client says them."""

    id: UUID | None
    at: datetime | None


def refusal(code: str, *path: str) -> UserError:
    part, message = REFUSALS[code]
    return UserError(code=code, message=message, path=[*path, part])


async def opened(context: Context, registrations: Iterable[UUID]) -> Mapping[UUID, WritableEnrollment | str]:
    """Each enrolment, or the code of why nothing is written to it."""
    keys = list(dict.fromkeys(registrations))
    rows = await context.loaders.load_many(ENROLLMENTS, keys, ())
    found: dict[UUID, WritableEnrollment | str] = {key: unknown_to(context.viewer) for key in keys}
    mine = [row for row in rows.values() if may_write(context.viewer, row)]
    found |= dict.fromkeys([row.registration for row in rows.values()], "FORBIDDEN")
    courses = await context.loaders.load_many(VERSIONS, list(dict.fromkeys(row.pin for row in mine)), ())
    for row in mine:
        course = courses.get(row.pin)
        found[row.registration] = "UNKNOWN_COURSE" if course is None else WritableEnrollment(row, course)
    return found


async def opened_one(context: Context, registration: UUID) -> WritableEnrollment | UserError:
    found = (await opened(context, [registration]))[registration]
    return refusal(found, "input") if isinstance(found, str) else found


def may_write(viewer: Viewer, row: Enrollment) -> bool:
    return permissions.may_write_enrollment(viewer, row.learner_id, row.course_key)


def unknown_to(viewer: Viewer) -> str:
    """The code of what does not exist: to whoever may not write everything, the same as of what is not theirs."""
    return "UNKNOWN_REGISTRATION" if permissions.may_write_all(viewer) else "FORBIDDEN"


async def record(
    context: Context, events: Sequence[Event], courses: Iterable[Course], enrollments: Sequence[Enrollment] = ()
) -> Sequence[Verdict]:
    items = {course.pin: course.items for course in courses}
    writing = context.peer.stores.progress.record(events, items=items, enrollments=enrollments)
    return await context.loaders.call("progress", "record", len(events), writing)


def build_event(
    context: Context, given: Named, enrollment: Enrollment, verb: Verb, *, random_bytes: RandomBytes, **said: Any
) -> Event:
    """An event that is a mutation of its own; its id and its time are made when absent. One that moves the enrolment is
    later than its last move then, though that was told by a clock ahead of ours: else it would change nothing."""
    now = context.peer.now()
    at = (
        now if enrollment.moved_at is None or verb not in ENROLLMENT_VERBS else max(now, enrollment.moved_at + A_MOMENT)
    )
    return Event(
        id=given.id or uuid7(now, random_bytes(10)),
        registration=enrollment.registration,
        learner_id=enrollment.learner_id,
        course_key=enrollment.course_key,
        verb=verb,
        verb_iri=VERB_IRIS[verb],
        at=given.at or at,
        **said,
    )


async def record_event(
    context: Context, given: Named, event: Event, course: Course, enrollments: Sequence[Enrollment] = ()
) -> str | None:
    """The code of why it was not kept. A repetition with the id but without a time takes the time that the first was
    kept with: else it would be another event of that id."""
    if given.id is None or given.at is not None:
        return await verdict_on(context, event, course, enrollments)
    kept = await context.loaders.load(LEDGER, given.id, ())
    code = await verdict_on(context, event if kept is None else replace(event, at=kept.at), course, enrollments)
    if kept is None and code == "CONFLICT":  # another sender of this id came in between
        context.loaders.forget()
        kept = await context.loaders.load(LEDGER, given.id, ())
        if kept is not None:
            code = await verdict_on(context, replace(event, at=kept.at), course, enrollments)
    return code


async def verdict_on(context: Context, event: Event, course: Course, enrollments: Sequence[Enrollment]) -> str | None:
    """A DUPLICATE is done, too."""
    verdicts = await record(context, [event], [course], enrollments)
    return verdicts[0].code
