"""The requests that `bench growth` compares: every golden query, pages deep in lists, filters, orders and writes."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import orjson

from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.dataset import WEEKS
from resolvers.types.scalars import show_time
from resolvers.viewer import Role, Viewer
from stores.domain.enrollment_order import NO_VALUE, Direction, EnrollmentOrder, OrderField, cursor_of
from stores.domain.paging import ENROLLMENTS_OF_COURSE, LEARNERS, TIMELINE, to_ms
from stores.domain.progress import Enrollment
from stores.ports.stores import Stores
from tests.bench import cases as bench
from tests.bench.growth.golden import Case, Places, golden_cases
from tests.e2e.load import RECORD
from tests.resolvers import world as school

PY110 = "course-v1:Demo+PY110+2026"
ADMIN = Viewer(subject="bench", role=Role.ADMIN, scopes=frozenset({"events:write"}))
MIDDLE = UUID(int=1 << 127)
"""Half of the registrations are below it."""
WRITERS = 60
"""Learners whose events are recorded."""
LEARNER_PAGE = """query ($after: String, $filter: LearnerFilter) { learners(first: 20, after: $after, filter: $filter) {
  pageInfo { hasNextPage endCursor } edges { node { learnerId displayName } } } }"""
ENROLLMENT_PAGE = """query ($after: String, $orderBy: EnrollmentOrder, $filter: EnrollmentFilter) {
  enrollments(course: "%s", first: 20, after: $after, orderBy: $orderBy, filter: $filter) {
    pageInfo { hasNextPage endCursor } edges { node { registration state } } } }""".replace("%s", SQL101)
TOTAL = """query ($state: [EnrollmentState!], $filter: EnrollmentFilter) {
  enrollments(course: "%s", state: $state, filter: $filter) { totalCount } }""".replace("%s", SQL101)
TIMELINE_PAGE = """query ($id: ID!, $after: String, $verbs: [Verb!], $range: TimeRange) { learner(id: $id) {
  timeline(first: 20, after: $after, verbs: $verbs, range: $range) { edges { cursor node { id at verb } } } } }"""
COURSE_ACTIVITY = """query ($range: TimeRange!) { course(key: "%s") {
  activity(window: DAY, range: $range) { start events activeSeconds } } }""".replace("%s", SQL101)


async def cases_of(stores: Stores, *, learners: int, now: datetime) -> list[Case]:
    """The cases for a world of demo learners. Names are the same for all worlds."""
    mine = await enrollments_of(stores, "demo-0001")
    others = [await enrollments_of(stores, f"demo-{number:04d}") for number in range(2, 2 + WRITERS)]
    places = Places(texts=texts(mine), end=now)
    writers = [rows[SQL101] for rows in others if SQL101 in rows]
    return [*golden_cases(places), *reads(learners=learners, now=now), *writes(writers, now=now)]


async def enrollments_of(stores: Stores, learner_id: str) -> Mapping[str, Enrollment]:
    """A learner's enrolments by course."""
    pages = await stores.progress.by_learners([learner_id], states=None, courses=None, after=None, first=10)
    return {row.course_key: row for page in pages.values() for row in page.rows}


def texts(mine: Mapping[str, Enrollment]) -> dict[str, str]:
    """What stands in the place of the keys and ids of the golden queries."""
    elsewhere = next((row for key, row in mine.items() if key != SQL101), mine[SQL101])
    items = {"page": "select", "video": "tables", "quiz": "select-quiz", "extra": "report"}
    return {
        school.ALGEBRA: SQL101,
        school.BOTANY: elsewhere.course_key if elsewhere.course_key != SQL101 else PY110,
        school.ADA: "demo-0001",
        school.BEN: "demo-0002",
        str(school.registration(school.ALGEBRA, 0)): str(mine[SQL101].registration),
        str(school.registration(school.BOTANY, 0)): str(elsewhere.registration),
        **{f'"{old}"': f'"{new}"' for old, new in items.items()},
        **{f"/{old}": f"/{new}" for old, new in items.items()},
    }


def reads(*, learners: int, now: datetime) -> Iterator[Case]:
    """Pages at the beginning and in the middle of lists, filters, orders and counts."""

    def case(name: str, query: str, **variables: Any) -> Case:
        body = orjson.dumps({"query": query, "variables": variables})
        return Case(name=name, viewer=ADMIN, body=lambda: body)

    yield case("learners", LEARNER_PAGE)
    yield case("learners, middle", LEARNER_PAGE, after=LEARNERS.encode(f"demo-{learners // 2:04d}"))
    yield case("learners by name", LEARNER_PAGE, filter={"nameStartsWith": "asha gur"})
    yield case("learners by e-mail", LEARNER_PAGE, filter={"email": "demo-0002@example.org"})
    yield case("enrolments, middle", ENROLLMENT_PAGE, after=ENROLLMENTS_OF_COURSE.encode(str(MIDDLE)))
    middles = {OrderField.COMPLETION: 0.5, OrderField.SCORE: 0.5, OrderField.LAST_ACTIVITY: _ms(now, weeks=2)}
    for field, middle in middles.items():
        for direction in Direction:
            by = {"field": field.value, "direction": direction.value}
            cursor = cursor_of(EnrollmentOrder(field, direction), middle, MIDDLE)
            yield case(f"by {field.value} {direction.value}", ENROLLMENT_PAGE, orderBy=by)
            yield case(f"by {field.value} {direction.value}, middle", ENROLLMENT_PAGE, orderBy=by, after=cursor)
    last = cursor_of(EnrollmentOrder(OrderField.SCORE, Direction.ASC), NO_VALUE, UUID(int=0))
    yield case("by SCORE, without one", ENROLLMENT_PAGE, orderBy={"field": "SCORE", "direction": "ASC"}, after=last)
    half = {"completionBelow": 0.5}
    yield case("filtered by completion", ENROLLMENT_PAGE, filter=half)
    yield case(
        "filtered and ordered", ENROLLMENT_PAGE, filter=half, orderBy={"field": "LAST_ACTIVITY", "direction": "DESC"}
    )
    yield case("totalCount", TOTAL)
    yield case("totalCount by state", TOTAL, state=["ACTIVE", "COMPLETED"])
    yield case("totalCount filtered", TOTAL, filter=half)
    learner = {"id": bench.global_id("demo-0001")}
    month = _range(now, weeks=4)
    yield case("grid of fifty", bench.GRID, course=SQL101)
    yield case("timeline of fifty", bench.TIMELINE, **learner)
    yield case("timeline, middle", TIMELINE_PAGE, **learner, after=TIMELINE.encode(int(_ms(now, weeks=4)), 0, ""))
    yield case("timeline by verbs", TIMELINE_PAGE, **learner, verbs=["PASSED", "COMPLETED"])
    yield case("timeline in a range", TIMELINE_PAGE, **learner, range=month)
    yield case("course by day", COURSE_ACTIVITY, range=_range(now, weeks=WEEKS))


def writes(rows: list[Enrollment], *, now: datetime) -> Iterator[Case]:
    """The write path: batches of ten events of one learner, who differs from batch to batch."""
    chance = Random(1)

    def record() -> bytes:
        row = chance.choice(rows)
        events = [
            {
                "id": str(UUID(int=chance.getrandbits(128) ^ Random().getrandbits(128), version=4)),
                "registration": str(row.registration),
                "verb": chance.choice(("PLAYED", "PAUSED", "PROGRESSED", "INTERACTED")),
                "itemKey": chance.choice(("tables", "joins", "keys")),
                "at": show_time(now),
                "progress": round(chance.random(), 3),
                "durationSeconds": 5.0,
                "sessionId": f"session-{row.learner_id}",
            }
            for _ in range(10)
        ]
        return orjson.dumps({"query": RECORD, "variables": {"events": events}})

    yield Case(name="record ten events", viewer=ADMIN, body=record)


def _ms(now: datetime, *, weeks: int) -> float:
    return float(to_ms(now - timedelta(weeks=weeks)))


def _range(now: datetime, *, weeks: int) -> Mapping[str, str]:
    return {"from": show_time(now - timedelta(weeks=weeks)), "to": show_time(now)}
