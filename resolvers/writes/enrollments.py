"""Enrolling and withdrawing: one event each. The first event of an enrolment creates it in the same transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from resolvers import permissions
from resolvers.data.access_paths import (
    ENROLLMENTS,
    LATEST,
    LEARNER_ENROLLMENTS,
    LEDGER,
    PROFILES,
    VERSIONS,
    EnrollmentsArgs,
)
from resolvers.value_rules import MAX_TEXT_LENGTH
from resolvers.viewer import Viewer
from resolvers.writes.event_faults import verdict_fault
from resolvers.writes.faults import Refusal, refuse, refuse_forbidden
from resolvers.writes.ledger import build_event, record_event
from resolvers.writes.validation import Validation
from resolvers.writes.writable_enrollments import find_one_writable
from resolvers.writes.write_stores import WriteStores
from stores.domain.catalog import Course
from stores.domain.events import Verb
from stores.domain.progress import Enrollment

MAX_TRIES = 5
"""How often `enroll` starts again when another writer enrolled the same learner first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enroll:
    """A learner takes the newest version of a course. A learner who withdrew returns to the existing enrolment.

    `id` and `at` of the event and `registration` are made when None. `attributes` is a JSON object for a new enrolment;
    an existing one keeps its own.
    """

    id: UUID | None = None
    learner_id: str
    course_key: str
    registration: UUID | None = None
    at: datetime | None = None
    attributes: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """A learner leaves a course; progress stays. `id` and `at` of the event are made when None."""

    id: UUID | None = None
    registration: UUID
    at: datetime | None = None


class Target(NamedTuple):
    """The enrolment that the event is for and its course; `new` has the enrolment where it must be created."""

    enrollment: Enrollment
    course: Course
    new: Sequence[Enrollment]


async def withdraw(stores: WriteStores, viewer: Viewer, command: Withdraw) -> UUID | Refusal:
    """Record an UNREGISTERED event; returns the registration. Raises StoreError."""
    target = await find_one_writable(stores, viewer, command.registration)
    if isinstance(target, Refusal):
        return target
    validation = Validation()
    validation.time("at", command.at, now=stores.now())
    if refusal := validation.refusal:
        return refusal
    event = build_event(stores, command, target.enrollment, Verb.UNREGISTERED)
    code = await record_event(stores, command, event, target.course)
    return command.registration if code is None else Refusal((verdict_fault(code),))


async def enroll(stores: WriteStores, viewer: Viewer, command: Enroll) -> UUID | Refusal:
    """Record a REGISTERED event and create the enrolment if there is none; returns the registration.

    CONFLICT: the registration or the id is taken, or other writers were first five times. Raises StoreError.
    """
    if not permissions.may_write_enrollment(viewer, command.learner_id, command.course_key):
        return refuse_forbidden()
    validation = Validation()
    validation.name("course_key", command.course_key, longest=MAX_TEXT_LENGTH)
    validation.time("at", command.at, now=stores.now())
    validation.document("attributes", command.attributes)
    if refusal := validation.refusal:
        return refusal
    registration = command.registration or stores.new_id()
    for _ in range(MAX_TRIES):
        target = await _find_target(stores, command, registration)
        if isinstance(target, Refusal):
            return target
        event = build_event(stores, command, target.enrollment, Verb.REGISTERED)
        code = await record_event(stores, command, event, target.course, target.new)
        if code is None:
            return target.enrollment.registration
        if code != "UNKNOWN_REGISTRATION":
            return Refusal((verdict_fault(code),))
        stores.loaders.forget()  # another writer enrolled this learner after we looked: use that enrolment
    return refuse("CONFLICT", "other writers enrol this learner at the same time: try again", "course_key")


async def _find_target(stores: WriteStores, command: Enroll, registration: UUID) -> Target | Refusal:
    load = stores.loaders.load
    args = EnrollmentsArgs(states=None, courses=frozenset({command.course_key}), after=None, first=1)
    profile, newest, page = await asyncio.gather(
        load(PROFILES, command.learner_id, ()),
        load(LATEST, command.course_key, ()),
        load(LEARNER_ENROLLMENTS, command.learner_id, args),
    )
    if profile is None:
        return refuse("UNKNOWN_LEARNER", "there is no such learner", "learner_id")
    if newest is None:
        return refuse("UNKNOWN_COURSE", "there is no such course", "course_key")
    if page is not None:
        existing = page.rows[0]
        if command.registration not in (None, existing.registration):
            return refuse("CONFLICT", "the learner is enrolled under another registration", "registration")
        pinned = await load(VERSIONS, existing.pin, ())
        return Refusal((verdict_fault("UNKNOWN_COURSE"),)) if pinned is None else Target(existing, pinned, ())
    if command.registration is not None and await load(ENROLLMENTS, registration, ()) is not None:
        return refuse("CONFLICT", "the registration is taken by another enrolment", "registration")
    if command.id is not None and await load(LEDGER, command.id, ()) is not None:
        return Refusal((verdict_fault("CONFLICT"),))  # else an enrolment would be created without its event
    attributes = command.attributes
    new = Enrollment(
        registration=registration,
        learner_id=command.learner_id,
        course_key=newest.key,
        course_version=newest.version,
        attributes=attributes if isinstance(attributes, Mapping) else {},
    )
    return Target(new, newest, [new])
