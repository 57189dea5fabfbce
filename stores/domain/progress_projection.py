"""The fold: a registration's progress as a pure function of its non-voided events and its course version's items.

The order of arrival, repetitions and the batches that events came in do not matter. Only a void needs a refold of all
events. Source of the rules: cmi5 (moveOn, masteryScore, waived) and `tests/vectors.json`. `item_progress` has one item.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from math import fsum
from uuid import UUID

from stores.domain.catalog import CourseVersion, Item, MoveOn
from stores.domain.events import NO_ACTIVITY, Event, Verb
from stores.domain.item_progress import ENROLLMENT_VERBS, NO_FACT, earliest, latest, merge
from stores.domain.progress import CourseProgress, Enrollment, EnrollmentState, ItemProgress
from stores.domain.quick_records import revised
from stores.domain.sessions import ResumePoint
from stores.domain.time_spent import ItemSession, SessionKey, merge_durations
from stores.errors import Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseIndex:
    """The items of a course version by key, and the `required` ones (moveOn is not NOT_APPLICABLE) in course order."""

    by_key: Mapping[str, Item]
    required: tuple[Item, ...]


def course_index(items: Sequence[Item]) -> CourseIndex:
    """The index of these items, which are in course order."""
    return CourseIndex(
        by_key={item.key: item for item in items},
        required=tuple(item for item in items if item.move_on is not MoveOn.NOT_APPLICABLE),
    )


def course_indexes(items: Mapping[CourseVersion, Sequence[Item]]) -> Callable[[CourseVersion], CourseIndex]:
    """A function that returns the index of a version, made once. The function raises `Rejected` if `items` lacks it."""

    @cache
    def index_of(pin: CourseVersion) -> CourseIndex:
        if pin not in items:
            raise Rejected("progress", f"the items of {pin.key} version {pin.version} are missing")
        return course_index(items[pin])

    return index_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationState:
    """Everything that a fold derives for one registration.

    `moved_id` is the event of the enrolment's `moved_at`, `withdrawn` says whether it was UNREGISTERED. `sessions` has
    the rows that the next events need, not always all of them; therefore it is not compared."""

    enrollment: Enrollment
    course: CourseProgress
    items: Mapping[str, ItemProgress] = field(default_factory=dict)
    moved_id: UUID | None = None
    withdrawn: bool = False
    sessions: Mapping[SessionKey, ItemSession] = field(default_factory=dict, compare=False)


def initial_state(enrollment: Enrollment, index: CourseIndex) -> RegistrationState:
    """The state of a registration without events."""
    bare = revised(enrollment, state=EnrollmentState.ACTIVE, enrolled_at=None, moved_at=None, completed_at=None)
    course = CourseProgress(registration=bare.registration)
    return with_rollup(
        RegistrationState(enrollment=bare, course=course), index, enrolled_at=None, last_activity_at=None
    )


def fold(state: RegistrationState, events: Iterable[Event], index: CourseIndex) -> RegistrationState:
    """The state after these further events, none of which is voided or already folded. The version grows by one if
    anything changed. `state.sessions` must hold the existing sessions that the events name."""
    by_item: dict[str, list[Event]] = {}
    moved_at, moved_id, withdrawn = state.enrollment.moved_at, state.moved_id, state.withdrawn
    enrolled_at, last_activity_at = state.enrollment.enrolled_at, state.course.last_activity_at
    for event in events:
        if event.verb in ENROLLMENT_VERBS:
            if moved_at is None or moved_id is None or (event.at, event.id) > (moved_at, moved_id):
                moved_at, moved_id, withdrawn = event.at, event.id, event.verb is Verb.UNREGISTERED
            if event.verb is Verb.REGISTERED:
                enrolled_at = earliest(enrolled_at, event.at)
        if event.verb not in NO_ACTIVITY:
            last_activity_at = latest(last_activity_at, event.at)
        if event.item_key is not None and event.verb not in NO_FACT:
            by_item.setdefault(event.item_key, []).append(event)
    items, sessions = dict(state.items), dict(state.sessions)
    for key, its in by_item.items():
        row = items.get(key) or ItemProgress(registration=state.enrollment.registration, item_key=key)
        added_ms, changed = merge_durations(sessions, its)
        items[key] = merge(row, its, index.by_key[key], added_ms=added_ms)
        sessions |= changed
    moved = moved_id != state.moved_id
    after = RegistrationState(
        enrollment=revised(state.enrollment, moved_at=moved_at) if moved else state.enrollment,
        course=state.course,
        items=items,
        moved_id=moved_id,
        withdrawn=withdrawn,
        sessions=sessions,
    )
    return next_version(with_rollup(after, index, enrolled_at=enrolled_at, last_activity_at=last_activity_at), state)


def refold(state: RegistrationState, events: Iterable[Event], index: CourseIndex) -> RegistrationState:
    """The state computed again from all events of the registration, VOIDED ones included."""
    return next_version(fold(initial_state(state.enrollment, index), without_voided(events), index), state)


def next_version(after: RegistrationState, before: RegistrationState) -> RegistrationState:
    """`after` with its version: that of `before`, plus one if anything else differs."""
    version = before.course.version
    if after.course.version != version:
        after = revised(after, course=revised(after.course, version=version))
    if after == before:
        return revised(before, sessions=after.sessions)
    return revised(after, course=revised(after.course, version=version + 1))


def without_voided(events: Iterable[Event]) -> list[Event]:
    """The events that no VOIDED event among them targets. Voiding a void has no effect."""
    kept = list(events)
    voided = {event.voids for event in kept if event.verb is Verb.VOIDED}
    return [event for event in kept if event.id not in voided or event.verb is Verb.VOIDED]


def resume_point(events: Iterable[Event]) -> ResumePoint | None:
    """The resume point of these events, none of which is voided: the latest with an item and a position."""
    moves = [event for event in events if event.item_key is not None and event.position is not None]
    last = max(moves, key=lambda event: (event.at, event.id), default=None)
    if last is None or last.item_key is None:
        return None
    return ResumePoint(
        registration=last.registration, item_key=last.item_key, position=last.position, at=last.at, id=str(last.id)
    )


def with_rollup(
    state: RegistrationState,
    index: CourseIndex,
    *,
    enrolled_at: datetime | None,
    last_activity_at: datetime | None,
) -> RegistrationState:
    """The state with the course's progress and the enrolment's state computed from the item rows, in course order. A
    required item without a row is not started."""
    required = [(item.weight, state.items.get(item.key)) for item in index.required]
    done = [row for _, row in required if row is not None and row.satisfied]
    scored = [(weight, row.best_score) for weight, row in required if row is not None and row.waived_at is None]
    satisfied = len(done) == len(required)
    satisfied_at = max((row.satisfied_at for row in done if row.satisfied_at), default=None) if satisfied else None
    completion = weighted_mean([(weight, 0.0 if row is None else row.completion) for weight, row in required])
    if state.withdrawn:
        enrollment_state = EnrollmentState.WITHDRAWN
    else:
        enrollment_state = EnrollmentState.COMPLETED if satisfied and required else EnrollmentState.ACTIVE
    course = CourseProgress(
        registration=state.course.registration,
        completion=1.0 if completion is None else completion,
        score=weighted_mean([(weight, score) for weight, score in scored if score is not None]),
        items_done=len(done),
        items_total=len(required),
        satisfied=satisfied,
        satisfied_at=satisfied_at,
        time_spent_ms=sum(row.time_spent_ms for row in state.items.values()),
        last_activity_at=last_activity_at,
        version=state.course.version,
    )
    enrollment = state.enrollment
    if (enrollment.state, enrollment.enrolled_at, enrollment.completed_at) != (
        enrollment_state,
        enrolled_at,
        satisfied_at,
    ):
        enrollment = revised(enrollment, state=enrollment_state, enrolled_at=enrolled_at, completed_at=satisfied_at)
    return RegistrationState(
        enrollment=enrollment,
        course=course,
        items=state.items,
        moved_id=state.moved_id,
        withdrawn=state.withdrawn,
        sessions=state.sessions,
    )


def weighted_mean(parts: Sequence[tuple[float, float]]) -> float | None:
    """Σ weight·value ÷ Σ weight; with equal weights if all are 0; None if empty. `fsum` makes the result independent of
    rounding on the way."""
    if not parts:
        return None
    total = fsum(weight for weight, _ in parts)
    if total == 0:
        return fsum(value for _, value in parts) / len(parts)
    return fsum(weight * value for weight, value in parts) / total
