"""Who may state results: a learner states what they do, others grade it."""

from collections.abc import Mapping
from uuid import UUID

from resolvers import permissions
from resolvers.viewer import Viewer
from resolvers.writes.backdating import backdated_faults
from resolvers.writes.faults import Fault
from resolvers.writes.locks import locked_attempts, locked_message
from resolvers.writes.writable_enrollments import WritableEnrollment
from resolvers.writes.write_stores import WriteStores
from stores.domain.catalog import Item, MoveOn
from stores.domain.events import Event, Verb

GRADE_VERBS = frozenset({Verb.PASSED, Verb.FAILED})
UNGRADED_MESSAGE = "a learner may not grade this item: it is required, and not self-reported"


def stated_grade(event: Event, items: Mapping[str, Item]) -> str | None:
    """The part of an event that only a viewer who may grade may state: `verb`, `score` or `success`; None if there is
    none. `items`: those of the event's course version, by key.

    Grades of optional and of self-reported items decide nothing that others rely on, so learners may state them.
    """
    item = None if event.item_key is None else items.get(event.item_key)
    if item is None or item.move_on is MoveOn.NOT_APPLICABLE or item.self_reported:
        return None
    if event.verb in GRADE_VERBS:
        return "verb"
    if event.score is not None:
        return "score"
    return None if event.success is None else "success"


async def learner_faults(
    stores: WriteStores, viewer: Viewer, events: Mapping[int, Event], targets: Mapping[UUID, WritableEnrollment]
) -> Mapping[int, Fault]:
    """Why events are refused because a learner states them of themself: FORBIDDEN for a grade, BAD_USER_INPUT for a
    time too long ago, LOCKED for an attempt at a locked item.

    `events`: those of one request by place; `targets`: by registration. Paths lead into the event. Costs a store call
    only if an event is too old or an attempt may be locked.
    """
    courses = {event.course_key for event in events.values()}
    ungraded = {key for key in courses if not permissions.may_grade(viewer, key)}
    if not ungraded:
        return {}
    own = {place: event for place, event in events.items() if event.course_key in ungraded}
    registrations = {event.registration for event in own.values()}
    items = {key: {item.key: item for item in targets[key].course.items} for key in registrations}
    graded = {place: part for place, event in own.items() if (part := stated_grade(event, items[event.registration]))}
    faults = {place: Fault("FORBIDDEN", UNGRADED_MESSAGE, (part,)) for place, part in graded.items()}
    rest = {place: event for place, event in own.items() if place not in graded}
    faults |= (old := await backdated_faults(stores, viewer, rest))
    rest = {place: event for place, event in rest.items() if place not in old}
    first = {events[place].id: place for place in reversed(list(events))}
    repeated = [place for place, event in events.items() if first[event.id] != place]
    for place, keys in (await locked_attempts(stores, rest, targets, items=items, repeated=repeated)).items():
        faults[place] = Fault("LOCKED", locked_message(keys), ("item_key",))
    return faults
