"""A small invented school for golden queries and permission tests: fixed ids and times, memory stores."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from resolvers.context import Peer
from resolvers.health import Health
from resolvers.subscriptions.topics import TopicRegistry
from resolvers.viewer import Role, Viewer
from stores.domain.catalog import Course, Item, ItemType, Module, MoveOn
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.profiles import Profile
from stores.domain.progress import Enrollment
from stores.domain.sessions import Heartbeat
from stores.memory.activity import MemoryActivity
from stores.memory.catalog import MemoryCatalog
from stores.memory.documents import MemoryDocuments
from stores.memory.live import MemoryLive
from stores.memory.outbox import MemoryOutbox
from stores.memory.profiles import MemoryProfiles
from stores.memory.progress import MemoryProgress
from stores.memory.rates import MemoryRates
from stores.memory.revocations import MemoryRevocations
from stores.memory.sessions import MemorySessions
from stores.memory.timeline import MemoryTimeline
from stores.ports.stores import Stores
from tests import executor

NOW = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)  # the day after Europe's clocks went forward
ALGEBRA, BOTANY = "course-v1:Quad+Algebra+2026", "course-v1:Quad+Botany+2026"
ADA, BEN = "learner-ada", "learner-ben"
IN_ALGEBRA = 60
PORTS = tuple(field.name for field in fields(Stores))
DEADLINES = dict.fromkeys(PORTS, timedelta(seconds=2))


def admin() -> Viewer:
    return Viewer(subject="root", role=Role.ADMIN)


def learner(subject: str = ADA) -> Viewer:
    return Viewer(subject=subject, role=Role.LEARNER)


def instructor(*courses: str) -> Viewer:
    return Viewer(subject="teacher", role=Role.INSTRUCTOR, courses=frozenset(courses))


def registration(course: str, number: int) -> UUID:
    return UUID(int=(1 if course == ALGEBRA else 2) << 64 | number)


def course(key: str, title: str) -> Course:
    items = (
        Item(key="page", type=ItemType.PAGE, title="Read", move_on=MoveOn.COMPLETED, complete_on_view=True),
        Item(
            key="video",
            type=ItemType.VIDEO,
            title="Watch",
            weight=2,
            move_on=MoveOn.COMPLETED,
            completion_threshold=0.9,
        ),
        Item(key="quiz", type=ItemType.QUIZ, title="Answer", weight=3, move_on=MoveOn.PASSED, mastery_score=0.6),
    )
    extra = Item(key="extra", type=ItemType.TOOL, title="Play", move_on=MoveOn.NOT_APPLICABLE, prerequisites=("page",))
    modules = (Module(title="Begin", items=items[:2]), Module(title="Go on", items=(items[2], extra)))
    return Course(key=key, version=1, title=title, modules=modules, published_at=NOW - timedelta(days=90))


def profile(learner_id: str, name: str, zone: str = "Europe/Berlin") -> Profile:
    made = NOW - timedelta(days=60)
    return Profile(
        learner_id=learner_id,
        display_name=name,
        email=f"{learner_id}@example.org",
        locale="en-GB",
        time_zone=zone,
        goals=("learn",),
        preferences={"theme": "dark"},
        attributes={"born": 1815},
        created_at=made,
        updated_at=made,
    )


class Journal:
    """Builds events with ids that count up."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, enrollment: Enrollment, verb: Verb, at: datetime, item: str | None = None, **more: object) -> None:
        event = Event(
            id=UUID(int=0x4000 << 64 | len(self.events) + 1),
            registration=enrollment.registration,
            learner_id=enrollment.learner_id,
            course_key=enrollment.course_key,
            verb=verb,
            verb_iri=VERB_IRIS[verb],
            at=at,
            item_key=item,
            **more,  # type: ignore[arg-type]
        )
        self.events.append(event)


def enrollments() -> Mapping[str, list[Enrollment]]:
    """Sixty learners take algebra, Ada first; Ada and Ben take botany."""
    ids = [ADA, *(f"learner-{number:03d}" for number in range(1, IN_ALGEBRA))]
    algebra = [
        Enrollment(registration=registration(ALGEBRA, n), learner_id=who, course_key=ALGEBRA, course_version=1)
        for n, who in enumerate(ids)
    ]
    botany = [
        Enrollment(registration=registration(BOTANY, n), learner_id=who, course_key=BOTANY, course_version=1)
        for n, who in enumerate((ADA, BEN))
    ]
    return {ALGEBRA: algebra, BOTANY: botany}


async def open_school(**instead: Any) -> Stores:
    """The school on memory stores. `instead`: empty stores in place of some of these, by name."""
    codes = iter(f"code-{number}" for number in range(1000))
    outbox = MemoryOutbox(now=lambda: NOW)
    progress = MemoryProgress(codes=lambda: next(codes), outbox=outbox)
    stores = Stores(
        profiles=MemoryProfiles(),
        catalog=MemoryCatalog(),
        progress=progress,
        activity=MemoryActivity(progress),
        timeline=MemoryTimeline(),
        sessions=MemorySessions(now=lambda: NOW),
        live=MemoryLive(),
        documents=MemoryDocuments(now=lambda: NOW),
        rates=MemoryRates(now=lambda: NOW),
        revocations=MemoryRevocations(),
        outbox=outbox,
    )
    stores = replace(stores, **instead)
    await fill(stores)
    return stores


async def fill(stores: Stores) -> None:
    """Write the school into empty stores."""
    courses = [await stores.catalog.publish(one) for one in (course(ALGEBRA, "Algebra"), course(BOTANY, "Botany"))]
    taken = enrollments()
    names = {row.learner_id: f"Learner {row.learner_id[-3:]}" for rows in taken.values() for row in rows}
    names |= {ADA: "Ada", BEN: "Ben"}
    await stores.profiles.add([profile(key, name) for key, name in names.items()])
    items = {one.pin: one.items for one in courses}
    await stores.progress.enroll([row for rows in taken.values() for row in rows], items=items)
    journal = Journal()
    for number, row in enumerate(taken[ALGEBRA]):
        start = NOW - timedelta(days=3, minutes=number)
        journal.add(row, Verb.REGISTERED, start - timedelta(days=10))
        journal.add(row, Verb.VIEWED, start, "page", duration_ms=30_000)
        if number % 2 == 0:
            journal.add(
                row, Verb.PAUSED, start + timedelta(hours=1), "video", progress=0.5, position=61.5, duration_ms=61_500
            )
    ada, ben = taken[BOTANY]
    journal.add(ada, Verb.REGISTERED, NOW - timedelta(days=30))
    journal.add(ada, Verb.VIEWED, NOW - timedelta(days=2), "page")
    journal.add(ada, Verb.COMPLETED, NOW - timedelta(days=2) + timedelta(hours=1), "video", duration_ms=600_000)
    journal.add(ada, Verb.ATTEMPTED, NOW - timedelta(days=1, hours=2), "quiz", score=0.4)
    journal.add(
        ada, Verb.ATTEMPTED, NOW - timedelta(days=1), "quiz", score=0.9, extensions={"https://example.org/n": 2}
    )
    journal.add(ben, Verb.REGISTERED, NOW - timedelta(days=29))
    journal.add(ben, Verb.UNREGISTERED, NOW - timedelta(days=20))
    verdicts = await stores.progress.load(journal.events, items=items)
    await stores.timeline.append(
        [replace(event, slot=verdict.slot) for event, verdict in zip(journal.events, verdicts, strict=True)]
    )
    beats = [
        Heartbeat(
            session_id=f"session-{number}",
            learner_id=row.learner_id,
            registration=row.registration,
            course_key=row.course_key,
            item_key="video",
            position=12.5,
            device="phone",
            at=NOW - timedelta(seconds=40 * number),
        )
        for number, row in enumerate(taken[ALGEBRA][:5])
    ]
    await stores.sessions.touch(beats)


def peer_of(stores: Stores, viewer: Viewer, *, trace: bool = True) -> Peer:
    backends = dict.fromkeys(stores.by_name(), "memory")
    health = Health(stores=stores, backends=backends, now=lambda: NOW)
    topics = TopicRegistry(stores, deadlines=DEADLINES, failures=health, now=lambda: NOW)
    return Peer(
        stores=stores,
        viewer=viewer,
        health=health,
        topics=topics,
        deadlines=DEADLINES,
        now=lambda: NOW,
        trace=trace,
        executor=executor.chosen(),
    )
