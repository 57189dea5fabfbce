"""Withdrawing: one event, which ends an enrolment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from resolvers.viewer import Viewer
from resolvers.writes.backdating import problem_with_age
from resolvers.writes.event_faults import verdict_fault
from resolvers.writes.faults import Refusal
from resolvers.writes.ledger import build_event, record_event
from resolvers.writes.validation import Validation
from resolvers.writes.writable_enrollments import find_one_writable
from resolvers.writes.write_stores import WriteStores
from stores.domain.events import Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """A learner leaves a course; progress stays. `id` and `at` of the event are made when None."""

    id: UUID | None = None
    registration: UUID
    at: datetime | None = None


async def withdraw(stores: WriteStores, viewer: Viewer, command: Withdraw) -> UUID | Refusal:
    """Record an UNREGISTERED event; returns the registration. Raises StoreError."""
    target = await find_one_writable(stores, viewer, command.registration)
    if isinstance(target, Refusal):
        return target
    validation = Validation()
    validation.time("at", command.at, now=stores.now())
    validation.note(problem_with_age(stores, viewer, target.enrollment.course_key, command.at), "at")
    if refusal := validation.refusal:
        return refusal
    event = build_event(stores, command, target.enrollment, Verb.UNREGISTERED)
    code = await record_event(stores, command, event, target.course)
    return command.registration if code is None else Refusal((verdict_fault(code),))
