"""Access paths made of others: they read through the loaders, so they cost what those cost, and no more."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from resolvers import permissions
from resolvers.batching import Joined, Loaders
from resolvers.loaders import (
    COURSE_COUNTS,
    COURSE_ENROLLMENTS,
    COURSE_LEARNERS,
    COURSE_QUARTERS,
    DURABLE_RESUME,
    ENROLLMENTS,
    HOT_RESUME,
    ITEM_ROWS,
    LEARNER_COUNTS,
    LEARNER_ENROLLMENTS,
    PRESENCE,
    PROFILES,
    SESSIONS,
    VERSIONS,
    CountAsked,
    EnrollmentsAsked,
    NoArgs,
)
from stores.ports.calendar import Span
from stores.ports.catalog import Course, Item, MoveOn
from stores.ports.facts import blank
from stores.ports.fold import weighted_mean
from stores.ports.paging import Page, decode, encode, page_of
from stores.ports.profiles import Profile
from stores.ports.progress import Enrollment, ItemProgress, ProgressState
from stores.ports.sessions import Presence, ResumePoint, Session
from stores.ports.timeline import Activity, gather


# ---------------------------------------------------------------- who may be seen
async def _learners_seen(loaders: Loaders, learner_ids: Sequence[str], _: NoArgs) -> Mapping[str, Profile]:
    """Those that the viewer may see: an instructor, through an enrolment in a course of theirs (one call more)."""
    viewer = loaders.viewer
    free = [key for key in learner_ids if permissions.may_read_private(viewer, key)]
    others = [key for key in learner_ids if not permissions.may_read_private(viewer, key)]
    courses = permissions.courses_taught(viewer)
    if others and courses:
        asked = EnrollmentsAsked(states=None, courses=courses, after=None, first=1)
        free += list(await loaders.load_many(LEARNER_ENROLLMENTS, others, asked))
    return await loaders.load_many(PROFILES, free, ()) if free else {}


async def _enrollments_seen(loaders: Loaders, registrations: Sequence[UUID], _: NoArgs) -> Mapping[UUID, Enrollment]:
    found = await loaders.load_many(ENROLLMENTS, registrations, ())
    return {
        key: row
        for key, row in found.items()
        if permissions.may_read_enrollment(loaders.viewer, row.learner_id, row.course_key)
    }


async def _sessions_seen(loaders: Loaders, learner_ids: Sequence[str], _: NoArgs) -> Mapping[str, Session]:
    found = await loaders.load_many(SESSIONS, learner_ids, ())
    return {
        key: row
        for key, row in found.items()
        if permissions.may_read_enrollment(loaders.viewer, row.learner_id, row.course_key)
    }


async def _presence_seen(loaders: Loaders, learner_ids: Sequence[str], _: NoArgs) -> Mapping[str, Presence]:
    """Presence for all; the course of it for those who may look into that."""
    found = await loaders.load_many(PRESENCE, learner_ids, ())
    return {
        key: row
        if row.course_key is None or permissions.may_read_enrollment(loaders.viewer, row.learner_id, row.course_key)
        else replace(row, course_key=None)
        for key, row in found.items()
    }


LEARNERS_SEEN: Joined[str, NoArgs, Profile] = Joined(_learners_seen)
ENROLLMENTS_SEEN: Joined[UUID, NoArgs, Enrollment] = Joined(_enrollments_seen)
SESSIONS_SEEN: Joined[str, NoArgs, Session] = Joined(_sessions_seen)
PRESENCE_SEEN: Joined[str, NoArgs, Presence] = Joined(_presence_seen)


# ---------------------------------------------------------------- enrolments
def _remember(loaders: Loaders, pages: Mapping[str, Page[Enrollment]]) -> Mapping[str, Page[Enrollment]]:
    """What a page brought along need not be asked for again by registration."""
    for page in pages.values():
        for row in page.rows:
            loaders.prime(ENROLLMENTS, row.registration, (), row)
    return pages


async def _of_learners(
    loaders: Loaders, learner_ids: Sequence[str], asked: EnrollmentsAsked
) -> Mapping[str, Page[Enrollment]]:
    return _remember(loaders, await loaders.load_many(LEARNER_ENROLLMENTS, learner_ids, asked))


async def _of_courses(
    loaders: Loaders, course_keys: Sequence[str], asked: EnrollmentsAsked
) -> Mapping[str, Page[Enrollment]]:
    return _remember(loaders, await loaders.load_many(COURSE_ENROLLMENTS, course_keys, asked))


async def _counts(loaders: Loaders, asked: Sequence[CountAsked], _: NoArgs) -> Mapping[CountAsked, int]:
    async def count(one: CountAsked) -> int:
        alike = one._replace(learner_id=None, course_key=None)
        if one.learner_id is not None:
            return await loaders.load(LEARNER_COUNTS, one.learner_id, alike) or 0
        return await loaders.load(COURSE_COUNTS, one.course_key or "", alike) or 0

    return dict(zip(asked, await asyncio.gather(*map(count, asked)), strict=True))


ENROLLMENTS_OF_LEARNER: Joined[str, EnrollmentsAsked, Page[Enrollment]] = Joined(_of_learners)
ENROLLMENTS_OF_COURSE: Joined[str, EnrollmentsAsked, Page[Enrollment]] = Joined(_of_courses)
ENROLLMENT_COUNTS: Joined[CountAsked, NoArgs, int] = Joined(_counts)


# ---------------------------------------------------------------- items of a pinned version
class ItemsAsked(NamedTuple):
    states: frozenset[ProgressState] | None
    after: str | None
    first: int


class ModuleRow(NamedTuple):
    """A module's share of a registration's progress: what ModuleProgress is a view of."""

    title: str
    completion: float
    items_done: int
    items_total: int
    satisfied: bool


async def _courses_of(loaders: Loaders, registrations: Sequence[UUID]) -> Mapping[UUID, Course]:
    """Each registration's course in the version it is pinned to."""
    rows = await loaders.load_many(ENROLLMENTS, registrations, ())
    courses = await loaders.load_many(VERSIONS, list({row.pin: None for row in rows.values()}), ())
    return {key: courses[row.pin] for key, row in rows.items() if row.pin in courses}


async def _items(loaders: Loaders, keys: Sequence[tuple[UUID, str]], _: NoArgs) -> Mapping[tuple[UUID, str], Item]:
    courses = await _courses_of(loaders, list({registration: None for registration, _ in keys}))
    by_key = {registration: {item.key: item for item in course.items} for registration, course in courses.items()}
    found = {(registration, key): by_key.get(registration, {}).get(key) for registration, key in keys}
    return {key: item for key, item in found.items() if item is not None}


async def _item_pages(
    loaders: Loaders, registrations: Sequence[UUID], asked: ItemsAsked
) -> Mapping[UUID, Page[ItemProgress]]:
    """All items in course order, those that nothing happened to among them. The cursor is the position."""
    start = 0 if asked.after is None else int(decode("progress", asked.after, int)[0]) + 1
    courses, kept = await asyncio.gather(
        _courses_of(loaders, registrations), loaders.load_many(ITEM_ROWS, registrations, ())
    )

    def page(registration: UUID, course: Course) -> Page[ItemProgress]:
        rows = kept.get(registration, {})
        every = [rows.get(item.key) or blank(registration, item) for item in course.items]
        wanted = [
            (place, row)
            for place, row in enumerate(every)
            if place >= start and (asked.states is None or row.state in asked.states)
        ]
        return page_of([row for _, row in wanted], [encode(place) for place, _ in wanted], asked.first)

    return {registration: page(registration, course) for registration, course in courses.items()}


async def _modules(loaders: Loaders, registrations: Sequence[UUID], _: NoArgs) -> Mapping[UUID, list[ModuleRow]]:
    courses, kept = await asyncio.gather(
        _courses_of(loaders, registrations), loaders.load_many(ITEM_ROWS, registrations, ())
    )
    return {
        registration: [
            _module(module.title, module.items, registration, kept.get(registration, {})) for module in course.modules
        ]
        for registration, course in courses.items()
    }


def _module(title: str, items: Sequence[Item], registration: UUID, rows: Mapping[str, ItemProgress]) -> ModuleRow:
    required = [item for item in items if item.move_on is not MoveOn.NOT_APPLICABLE]
    its = [rows.get(item.key) or blank(registration, item) for item in required]
    mean = weighted_mean([(item.weight, row.completion) for item, row in zip(required, its, strict=True)])
    done = sum(row.satisfied for row in its)
    return ModuleRow(title, 1.0 if mean is None else mean, done, len(its), done == len(its))


ITEMS: Joined[tuple[UUID, str], NoArgs, Item] = Joined(_items)
ITEM_PAGES: Joined[UUID, ItemsAsked, Page[ItemProgress]] = Joined(_item_pages)
MODULES: Joined[UUID, NoArgs, list[ModuleRow]] = Joined(_modules)


# ---------------------------------------------------------------- resume points and activity
async def _resume(loaders: Loaders, registrations: Sequence[UUID], _: NoArgs) -> Mapping[UUID, ResumePoint]:
    """The later of the hot and the durable point: what one store lost, the other has."""
    hot, durable = await asyncio.gather(
        loaders.load_many(HOT_RESUME, registrations, ()), loaders.load_many(DURABLE_RESUME, registrations, ())
    )
    points = dict(durable)
    for registration, point in hot.items():
        kept = points.get(registration)
        if kept is None or (point.at, point.id) > (kept.at, kept.id):
            points[registration] = point
    return points


class CourseActivityAsked(NamedTuple):
    windows: tuple[Span, ...]
    count_learners: bool


async def _course_activity(
    loaders: Loaders, course_keys: Sequence[str], asked: CourseActivityAsked
) -> Mapping[str, Sequence[Activity]]:
    if not asked.windows:
        return dict.fromkeys(course_keys, ())

    async def learners() -> Mapping[str, Mapping[datetime, int]] | None:
        if not asked.count_learners:
            return None
        return await loaders.load_many(COURSE_LEARNERS, course_keys, asked.windows)

    whole = Span(asked.windows[0].start, asked.windows[-1].end)
    quarters, counted = await asyncio.gather(loaders.load_many(COURSE_QUARTERS, course_keys, whole), learners())
    return {
        key: gather(quarters.get(key, ()), asked.windows, learners=None if counted is None else counted.get(key, {}))
        for key in course_keys
    }


RESUME: Joined[UUID, NoArgs, ResumePoint] = Joined(_resume)
COURSE_ACTIVITY: Joined[str, CourseActivityAsked, Sequence[Activity]] = Joined(_course_activity)
