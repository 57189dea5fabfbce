"""Enrolling, one learner or many: one event each, whose first one creates the enrolment in the same transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from resolvers import permissions
from resolvers.data.access_paths import LEDGER
from resolvers.value_rules import MAX_TEXT_LENGTH
from resolvers.viewer import Viewer
from resolvers.writes.backdating import problem_with_age
from resolvers.writes.enrollment_targets import Target, find_target
from resolvers.writes.event_faults import verdict_fault
from resolvers.writes.faults import Refusal, refuse, refuse_forbidden, too_many
from resolvers.writes.ledger import build_event, record_events
from resolvers.writes.validation import Validation
from resolvers.writes.write_stores import WriteStores
from stores.domain.events import Event, Verb
from stores.domain.progress import EnrollmentState

MAX_TRIES = 5
"""How often enrolling starts again when another writer enrolled the same learner first."""
OTHER_BODY = "the learner is enrolled with another registration, time or attributes"


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


async def enroll(stores: WriteStores, viewer: Viewer, command: Enroll) -> UUID | Refusal:
    """Record a REGISTERED event and create the enrolment if there is none; returns the registration.

    CONFLICT: the registration or the id is taken, or other writers were first five times. Raises StoreError.
    """
    refusal = check(stores, viewer, command)
    return refusal or (await _enroll_all(stores, {0: command}))[0]


async def enroll_many(
    stores: WriteStores, viewer: Viewer, commands: Sequence[Enroll]
) -> Sequence[UUID | Refusal] | Refusal:
    """Enrol at most 500 times, in one transaction; one result for each command, in order. Raises StoreError.

    Repeating a command is harmless: where the learner takes the course already, the existing enrolment is returned.
    CONFLICT: it has another registration, other attributes, or another time of enrolment. A learner who withdrew
    returns to the existing enrolment.
    """
    if refusal := too_many(len(commands), "enrollments"):
        return refusal
    first: dict[tuple[str, str], int] = {}
    results: dict[int, UUID | Refusal] = {}
    for place, command in enumerate(commands):
        if refusal := check(stores, viewer, command):
            results[place] = refusal
        else:
            first.setdefault((command.learner_id, command.course_key), place)
    results |= await _enroll_all(stores, {place: commands[place] for place in first.values()}, keep_existing=True)
    for place, command in enumerate(commands):
        if place not in results:  # the learner and the course of an earlier command
            earlier = first[command.learner_id, command.course_key]
            same = replace(command, id=None) == replace(commands[earlier], id=None)
            results[place] = results[earlier] if same else refuse("CONFLICT", OTHER_BODY, "learner_id")
    return [results[place] for place in range(len(commands))]


def check(stores: WriteStores, viewer: Viewer, command: Enroll) -> Refusal | None:
    """Why the viewer may not send this command, or None."""
    if not permissions.may_enroll(viewer, command.learner_id, command.course_key, stores.policy):
        return refuse_forbidden()
    validation = Validation()
    validation.name("course_key", command.course_key, longest=MAX_TEXT_LENGTH)
    validation.time("at", command.at, now=stores.now())
    validation.note(problem_with_age(stores, viewer, command.course_key, command.at), "at")
    validation.document("attributes", command.attributes)
    return validation.refusal


async def _enroll_all(
    stores: WriteStores, commands: Mapping[int, Enroll], *, keep_existing: bool = False
) -> Mapping[int, UUID | Refusal]:
    """Enrol by valid commands of different learners or courses. `keep_existing`: an enrolment that is not withdrawn
    gets no further event."""
    results: dict[int, UUID | Refusal] = {}
    registrations = {place: command.registration or stores.new_id() for place, command in commands.items()}
    left = dict(commands)
    for _ in range(MAX_TRIES):
        targets = await _targets(stores, left, registrations)
        for place, target in targets.items():
            if isinstance(target, Refusal):
                results[place] = target
            elif keep_existing and not target.new and target.enrollment.state is not EnrollmentState.WITHDRAWN:
                results[place] = existing_result(left[place], target)
        open_ = {place: row for place, row in targets.items() if isinstance(row, Target) and place not in results}
        results |= await _record(stores, left, open_)
        left = {place: command for place, command in left.items() if place not in results}
        if not left:
            return results
        stores.loaders.forget()  # another writer enrolled these learners after we looked: use those enrolments
    busy = refuse("CONFLICT", "other writers enrol this learner at the same time: try again", "course_key")
    return results | dict.fromkeys(left, busy)


async def _targets(
    stores: WriteStores, commands: Mapping[int, Enroll], registrations: Mapping[int, UUID]
) -> dict[int, Target | Refusal]:
    finding = (
        find_target(stores, command, new=registrations[place], given=command.registration)
        for place, command in commands.items()
    )
    return dict(zip(commands, await asyncio.gather(*finding), strict=True))


async def _record(
    stores: WriteStores, commands: Mapping[int, Enroll], targets: Mapping[int, Target]
) -> dict[int, UUID | Refusal]:
    """Record the events of these commands in one transaction. Commands that must be tried again have no result."""
    if not targets:
        return {}
    events = [build_event(stores, commands[place], row.enrollment, Verb.REGISTERED) for place, row in targets.items()]
    repeated = await _times_of_repeated(stores, [commands[place] for place in targets])
    events = [replace(event, at=repeated.get(event.id, event.at)) for event in events]
    courses = {id(row.course): row.course for row in targets.values()}
    new = [enrollment for row in targets.values() for enrollment in row.new]
    verdicts = await record_events(stores, events, courses.values(), new)
    results: dict[int, UUID | Refusal] = {}
    for (place, row), event, verdict in zip(targets.items(), events, verdicts, strict=True):
        if verdict.code is None:
            results[place] = row.enrollment.registration
        elif not _may_succeed_later(verdict.code, commands[place], event, repeated):
            results[place] = Refusal((verdict_fault(verdict.code),))
    return results


async def _times_of_repeated(stores: WriteStores, commands: Sequence[Enroll]) -> Mapping[UUID, datetime]:
    """The times that the ledger has for the ids of commands without a time: with another time, a repetition would be
    another event of the same id."""
    ids = [command.id for command in commands if command.id is not None and command.at is None]
    if not ids:
        return {}
    return {key: event.at for key, event in (await stores.loaders.load_many(LEDGER, ids, ())).items()}


def _may_succeed_later(code: str, command: Enroll, event: Event, repeated: Mapping[UUID, datetime]) -> bool:
    """Whether another writer was first: with an enrolment, or with the same event at another time."""
    if code == "UNKNOWN_REGISTRATION":
        return True
    return code == "CONFLICT" and command.id is not None and command.at is None and event.id not in repeated


def existing_result(command: Enroll, target: Target) -> UUID | Refusal:
    """The registration of an existing enrolment, or CONFLICT if the command would have made another one. A command by
    which the learner returned to the enrolment did not change its attributes."""
    row = target.enrollment
    if command.at is not None and command.at == row.moved_at != row.enrolled_at:
        return row.registration
    same = (command.attributes or {}) == row.attributes and command.at in (None, row.enrolled_at)
    return row.registration if same else refuse("CONFLICT", OTHER_BODY, "learner_id")
