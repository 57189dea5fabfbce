"""Sample records. A field that a test does not name has some valid value."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from stores.domain.catalog import Course, Item, ItemType, Module, MoveOn
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.outbox import Commit
from stores.domain.profiles import Profile
from stores.domain.progress import CourseProgress, EnrollmentState, ItemProgress
from stores.domain.sessions import Heartbeat, ResumePoint
from stores.domain.slots import SLOTS

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
"""The example of W3C Trace Context."""
REGISTRATION = UUID("7d1c3a52-0b6e-5c1e-9d52-000000000001")


def profile(learner_id: str, **fields: Any) -> Profile:
    some: dict[str, Any] = {
        "display_name": learner_id,
        "locale": "en-GB",
        "time_zone": "Europe/London",
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Profile(learner_id=learner_id, **(some | fields))


def course(key: str, *, title: str = "A course", items: int = 1, **fields: Any) -> Course:
    module = Module(title="All of it", items=tuple(item(f"{key}/{number}") for number in range(items)))
    some: dict[str, Any] = {"version": 1, "modules": (module,), "published_at": NOON}
    return Course(key=key, title=title, **(some | fields))


def item(key: str, **fields: Any) -> Item:
    some: dict[str, Any] = {"type": ItemType.PAGE, "title": key, "move_on": MoveOn.COMPLETED}
    return Item(key=key, **(some | fields))


def beat(learner_id: str, at: datetime, **fields: Any) -> Heartbeat:
    """A heartbeat; with an item it has a position, unless the test says otherwise."""
    some: dict[str, Any] = {"session_id": "s1", "registration": REGISTRATION, "course_key": "c1"}
    if fields.get("item_key") is not None:
        some["position"] = 1.5
    return Heartbeat(learner_id=learner_id, at=at, **(some | fields))


def point(number: int, at: datetime, **fields: Any) -> ResumePoint:
    """A resume point of registration `number`."""
    some: dict[str, Any] = {"item_key": "i", "position": 1.5, "id": "e1"}
    return ResumePoint(registration=UUID(int=number), at=at, **(some | fields))


def commit(number: int, *, of: int = 1, **fields: Any) -> Commit:
    """Commit `number` of registration `of`, which left version `number` of its progress."""
    registration = UUID(int=of)
    some: dict[str, Any] = {
        "learner_id": f"u{of}",
        "course_key": "c1",
        "at": NOON,
        "state": EnrollmentState.ACTIVE,
        "progress": CourseProgress(registration=registration, version=number),
        "changed": (ItemProgress(registration=registration, item_key=f"i{number}"),),
    }
    return Commit(registration=registration, number=number, **(some | fields))


def event(number: int, **fields: Any) -> Event:
    verb = fields.get("verb", Verb.PLAYED)
    some: dict[str, Any] = {
        "id": UUID(int=number),
        "registration": REGISTRATION,
        "learner_id": "u1",
        "course_key": "c1",
        "verb": verb,
        "verb_iri": VERB_IRIS[verb],
        "at": NOON,
        "slot": number % SLOTS,
    }
    return Event(**(some | fields))


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)
