"""Cases of the real schema: a random document over the invented school."""

import re
from dataclasses import replace
from datetime import timedelta
from random import Random

from strawberry.relay import to_base64

from resolvers.context import ExecutorName, Peer
from resolvers.schema import build_subgraph
from resolvers.strawberry_internals import core_schema
from resolvers.viewer import Role, Viewer
from stores.ports.stores import Stores
from tests.oracle.cases import ALIKE, LATENCY, WIDE, Case
from tests.oracle.documents import DocumentMaker
from tests.oracle.faulty_stores import faulty_stores
from tests.oracle.input_values import Hints
from tests.resolvers import world
from tests.resolvers.world import ADA, ALGEBRA, BEN, BOTANY

SUBGRAPH = build_subgraph()
REGISTRATIONS = tuple(
    str(world.registration(course, number)) for course, number in ((ALGEBRA, 0), (ALGEBRA, 2), (BOTANY, 0), (BOTANY, 1))
)
LEARNERS = (ADA, BEN, "learner-001", "learner-002", "nobody")
IDS = (
    *(to_base64("Learner", each) for each in LEARNERS),
    to_base64("Course", ALGEBRA),
    to_base64("Course", "gone"),
    *(to_base64(kind, REGISTRATIONS[2]) for kind in ("Enrollment", "CourseProgress")),
    to_base64("ItemProgress", f"{REGISTRATIONS[0]}/page"),
    "no id",
)
REPRESENTATIONS = (
    {"__typename": "Course", "key": BOTANY},
    {"__typename": "Learner", "learnerId": ADA},
    {"__typename": "Learner", "id": IDS[1]},
    {"__typename": "Enrollment", "registration": REGISTRATIONS[0]},
    {"__typename": "Module", "key": "none"},
)
HINTS: Hints = {
    "first": (1, 2, 3, 3, 5, 20, 0),
    "after": (None, None, "no cursor"),
    "id": IDS,
    "ids": IDS,
    "learnerId": LEARNERS,
    "learnerIds": LEARNERS,
    "course": (ALGEBRA, BOTANY, "gone"),
    "course.key": (ALGEBRA, BOTANY, BOTANY, "gone"),
    "key": ("page", "quiz", "gone"),
    "keys": (ALGEBRA, BOTANY, "gone"),
    "registration": REGISTRATIONS,
    "item": ("page", "quiz", "gone"),
    "from": ("2026-03-27T00:00:00Z", "2026-03-28T22:30:00Z"),
    "to": ("2026-03-30T12:00:00Z", "2026-03-31T00:00:00Z", "2026-03-01T00:00:00Z"),
    "timeZone": ("Europe/Berlin", "UTC", "Asia/Kathmandu", "Mars"),
    "_Any": REPRESENTATIONS,
    "code": ("code-0", "code-1", "gone"),
    "nameStartsWith": ("a", "Learner", "zz"),
    "titleContains": ("a", "bot", "zz"),
    "UUID": REGISTRATIONS,
}
OMITTED = frozenset({*(f"StoreHealth.{name}" for name in ("latencyMs", "lastErrorAt", "state")), "Query._service"})
"""A duration, what failures of the same operation change while it runs, and a long text."""
PAGES = re.compile(r"\b(learners|courses|enrollments?)\b")
PRIMED = frozenset({"profiles", "catalog", "progress"})
"""Ports whose pages have rows that are not read by key again: what lossy ones find would depend on their order."""
VIEWERS = (
    world.admin(),
    world.admin(),
    world.learner(),
    world.learner(BEN),
    world.instructor(ALGEBRA),
    world.instructor(BOTANY),
    world.instructor(ALGEBRA, BOTANY),
    Viewer(subject="a-service", role=Role.SERVICE, scopes=frozenset({"ops:read"})),
)


def school_case(chance: Random, school: Stores) -> Case:
    """A case of the real schema over these stores."""
    viewer = chance.choice(VIEWERS)
    alike = chance.random() < ALIKE
    request = DocumentMaker(core_schema(SUBGRAPH), chance, HINTS, OMITTED).request()
    lossless = PRIMED if PAGES.search(request.text) else frozenset()
    stores, faults = faulty_stores(school, chance, LATENCY if alike else None, lossless)
    stuck = {name for name, each in faults.items() if each.stuck}
    deadlines = {name: timedelta() if name in stuck else timedelta(seconds=20) for name in world.PORTS}

    def peer_of(executor: ExecutorName) -> Peer:
        peer = world.peer_of(stores, viewer)
        return replace(peer, deadlines=deadlines, limits=WIDE, executor=executor, compile_after=0)

    return Case(SUBGRAPH, request, peer_of, f"school, {viewer}, {faults}", alike)
