"""Writing events to the ledger: the one store call of record, and events that are a command of their own."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from resolvers.data.access_paths import LEDGER
from resolvers.writes.write_stores import WriteStores
from stores.domain.catalog import Course
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.item_progress import ENROLLMENT_VERBS
from stores.domain.progress import Enrollment, Verdict
from stores.domain.write_queue import MAX_WAIT

ONE_MS = timedelta(milliseconds=1)


class SingleEventCommand(Protocol):
    """A command that writes one event. Both parts are made when they are None."""

    @property
    def id(self) -> UUID | None:
        """The event's id, the idempotency key."""

    @property
    def at(self) -> datetime | None:
        """When it happened."""


async def record_events(
    stores: WriteStores, events: Sequence[Event], courses: Iterable[Course], enrollments: Sequence[Enrollment] = ()
) -> Sequence[Verdict]:
    """Record events in one transaction (`Progress.record`); one verdict for each event, in order. The store's deadline
    counts from the start of the transaction. `RetryLater` if too many writes wait for theirs."""
    items = {course.pin: course.items for course in courses}
    progress = stores.stores.progress

    def record(on_start: Callable[[], None]) -> Awaitable[Sequence[Verdict]]:
        return progress.record(events, items=items, enrollments=enrollments, on_start=on_start)

    return await stores.loaders.call_queued("progress", "record", len(events), record, max_wait=MAX_WAIT)


def build_event(
    stores: WriteStores, command: SingleEventCommand, enrollment: Enrollment, verb: Verb, **values: Any
) -> Event:
    """The event of a command. An event that changes the enrolment's state and has no time of its own gets a time after
    the last such event: a client's clock may be ahead of ours, and an earlier event would change nothing."""
    now = stores.now()
    after = None if verb not in ENROLLMENT_VERBS else enrollment.moved_at
    return Event(
        id=command.id or stores.new_id(),
        registration=enrollment.registration,
        learner_id=enrollment.learner_id,
        course_key=enrollment.course_key,
        verb=verb,
        verb_iri=VERB_IRIS[verb],
        at=command.at or (now if after is None else max(now, after + ONE_MS)),
        **values,
    )


async def record_event(
    stores: WriteStores,
    command: SingleEventCommand,
    event: Event,
    course: Course,
    enrollments: Sequence[Enrollment] = (),
) -> str | None:
    """Record the event of a command; the code of its rejection, or None. A repeated command (DUPLICATE) succeeds.

    A repetition with an id and without a time takes the time of the recorded event: with another time it would be
    another event of the same id."""
    if command.id is None or command.at is not None:
        return await _code_of(stores, event, course, enrollments)
    recorded = await stores.loaders.load(LEDGER, command.id, ())
    same = event if recorded is None else replace(event, at=recorded.at)
    code = await _code_of(stores, same, course, enrollments)
    if recorded is None and code == "CONFLICT":  # another sender of this id was first
        stores.loaders.forget()
        recorded = await stores.loaders.load(LEDGER, command.id, ())
        if recorded is not None:
            code = await _code_of(stores, replace(event, at=recorded.at), course, enrollments)
    return code


async def _code_of(stores: WriteStores, event: Event, course: Course, enrollments: Sequence[Enrollment]) -> str | None:
    verdicts = await record_events(stores, [event], [course], enrollments)
    return verdicts[0].code
