"""The enrolment that a command of enrolling is about: the existing one, or a new one."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from resolvers.data.access_paths import (
    ENROLLMENTS,
    LATEST,
    LEARNER_ENROLLMENTS,
    LEDGER,
    PROFILES,
    VERSIONS,
    EnrollmentsArgs,
)
from resolvers.writes.event_faults import verdict_fault
from resolvers.writes.faults import Refusal, refuse
from resolvers.writes.write_stores import WriteStores
from stores.domain.catalog import Course
from stores.domain.progress import Enrollment


class EnrollCommand(Protocol):
    """The parts of a command that decide the target."""

    @property
    def id(self) -> UUID | None:
        """The event's id."""

    @property
    def learner_id(self) -> str:
        """The learner."""

    @property
    def course_key(self) -> str:
        """The course."""

    @property
    def attributes(self) -> Any:
        """Those of a new enrolment."""


class Target(NamedTuple):
    """The enrolment that the event is for and its course; `new` has the enrolment where it must be created."""

    enrollment: Enrollment
    course: Course
    new: Sequence[Enrollment]


async def find_target(
    stores: WriteStores, command: EnrollCommand, *, new: UUID, given: UUID | None
) -> Target | Refusal:
    """The target of a command. `new`: the registration of a new enrolment; `given`: the one that the client gave.

    UNKNOWN_LEARNER, UNKNOWN_COURSE; CONFLICT: the registration or the id is taken. Raises StoreError.
    """
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
        if given not in (None, existing.registration):
            return refuse("CONFLICT", "the learner is enrolled under another registration", "registration")
        pinned = await load(VERSIONS, existing.pin, ())
        return Refusal((verdict_fault("UNKNOWN_COURSE"),)) if pinned is None else Target(existing, pinned, ())
    if given is not None and await load(ENROLLMENTS, given, ()) is not None:
        return refuse("CONFLICT", "the registration is taken by another enrolment", "registration")
    if command.id is not None and await load(LEDGER, command.id, ()) is not None:
        return Refusal((verdict_fault("CONFLICT"),))  # else an enrolment would be created without its event
    attributes = command.attributes
    enrollment = Enrollment(
        registration=new,
        learner_id=command.learner_id,
        course_key=newest.key,
        course_version=newest.version,
        attributes=attributes if isinstance(attributes, Mapping) else {},
    )
    return Target(enrollment, newest, [enrollment])
