"""Courses, enrolments and events for the tests of progress."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as some

from stores.domain.catalog import CourseVersion, Item, MoveOn
from stores.domain.events import Event, Verb
from stores.domain.progress import Enrollment, Verdict, VerdictStatus
from stores.ports.progress import Progress
from tests.stores.samples import NOON, event, item

ITEMS = (
    item("page", complete_on_view=True),
    item("video", completion_threshold=0.9, weight=2.0),
    item("quiz", move_on=MoveOn.PASSED, mastery_score=0.6, weight=3.0),
    item("lab", move_on=MoveOn.COMPLETED_AND_PASSED, mastery_score=0.5, weight=0.1),
    item("essay", move_on=MoveOn.COMPLETED_OR_PASSED),
    item("extra", move_on=MoveOn.NOT_APPLICABLE, weight=5.0),
)
C1 = CourseVersion("c1", 1)
C2 = CourseVersion("c2", 3)
"""Its only item is a page."""
C3 = CourseVersion("c3", 1)
"""It has no required item."""
CATALOG: Mapping[CourseVersion, tuple[Item, ...]] = {C1: ITEMS, C2: ITEMS[:1], C3: ITEMS[5:]}


def enrollment(number: int, *, pin: CourseVersion = C1, learner_id: str | None = None, **fields: Any) -> Enrollment:
    return Enrollment(
        registration=UUID(int=number),
        learner_id=learner_id or f"u{number}",
        course_key=pin.key,
        course_version=pin.version,
        **fields,
    )


def done(number: int, verb: Verb, item_key: str | None = None, *, of: int = 1, at: float = 0, **fields: Any) -> Event:
    """Event `number`, of registration `of` (of learner `u{of}` in course c1), `at` seconds after noon."""
    some: dict[str, Any] = {"learner_id": f"u{of}", "registration": UUID(int=of), "verb": verb, "at": moment(at)}
    return event(number, item_key=item_key, **(some | fields))


def moment(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


FULL = done(
    1,
    Verb.VOIDED,
    "quiz",
    verb_iri="http://x/y",
    at=0.5,
    score=0.5,
    success=False,
    progress=0.25,
    duration_ms=9,
    position=1.5,
    session_id="s1",
    voids=UUID(int=7),
    extensions={"a": [1, 2.5]},
    slot=5,
)
"""An event with a value for every field."""


async def enroll(progress: Progress, *enrollments: Enrollment) -> int:
    return await progress.enroll(enrollments, items=CATALOG)


async def record(progress: Progress, *events: Event) -> list[str]:
    """Record the events; the status of each, or the code of its rejection."""
    return [verdict_code(verdict) for verdict in await progress.record(events, items=CATALOG)]


def fitted(event: Event, row: Enrollment) -> Event:
    """The event with the registration, learner and course of this enrolment."""
    return replace(event, registration=row.registration, learner_id=row.learner_id, course_key=row.course_key)


def verdict_code(verdict: Verdict) -> str:
    assert (verdict.code is None) is (verdict.status is not VerdictStatus.REJECTED)
    return verdict.code or verdict.status.value


async def attempts(progress: Progress, of: int = 1, item: str | None = None) -> list[tuple[int, int, str]]:
    """The attempts of a registration: event, number, item."""
    pages = await progress.attempts([UUID(int=of)], item=item, after=None, first=100)
    return [(row.event_id.int, row.number, row.item_key) for page in pages.values() for row in page.rows]


ratios = some.sampled_from([0.0, 0.3, 0.5, 0.6, 0.9, 1.0])


def events(*, ids: int, registrations: list[int], item_keys: list[str | None]) -> some.SearchStrategy[Event]:
    """Events with few ids and few moments, so that they meet: repeated, contradicted, voided before and after."""
    numbers = some.integers(1, ids)
    return some.builds(
        done,
        numbers,
        some.sampled_from(Verb) | some.sampled_from([Verb.PASSED, Verb.COMPLETED, Verb.VIEWED, Verb.VOIDED]),
        some.sampled_from(item_keys),
        of=some.sampled_from(registrations),
        at=some.integers(0, 3),
        score=some.none() | ratios,
        success=some.sampled_from([None, None, True, False]),
        progress=some.none() | ratios,
        duration_ms=some.none() | some.integers(0, 5000),
        position=some.none() | some.floats(0, 100),
        session_id=some.sampled_from([None, "s1", "s1", "s" * 300]),
        voids=some.none() | numbers.map(lambda number: UUID(int=number)),
        extensions=some.sampled_from([{}, {"http://x/é": [1, 2.5, None, "\"'"]}]),
    )
