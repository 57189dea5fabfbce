"""Publishes the courses of a dataset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from gateway.datasets.load_counts import Stage
from gateway.runtime.errors import CommandError
from gateway.runtime.store_retry import StoreRetry
from resolvers.writes.course_rules import course_faults
from stores.domain.catalog import Course, CourseVersion, Item
from stores.ports.catalog import Catalog


class BadCourse(CommandError):
    """A course of the dataset breaks the rules of `createCourse`. There is a line for each fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCourses:
    """`newest`: the version of each course that new enrolments are pinned to; `items`: the items of every version,
    because earlier enrolments may be pinned to earlier versions."""

    newest: Mapping[str, int]
    items: Mapping[CourseVersion, Sequence[Item]]


async def publish_courses(drafts: Sequence[Course], catalog: Catalog, *, retry: StoreRetry, stage: Stage) -> None:
    """Publish each draft that differs from the newest version of its course. Raises `BadCourse` before any of them is
    published if one breaks the rules."""
    faults = [(draft.key, fault) for draft in drafts for fault in course_faults(draft)]
    if faults:
        raise BadCourse(*(f"{key}: {'.'.join(map(str, fault.path))}: {fault.message}" for key, fault in faults))
    for draft in drafts:
        is_new = await retry.call(partial(publish_if_changed, draft, catalog))
        stage.add([draft], new=int(is_new))
    stage.finish()


async def publish_if_changed(draft: Course, catalog: Catalog) -> bool:
    """Whether this call published a version: not if the newest one equals the draft. Safe to repeat."""
    known = (await catalog.latest([draft.key])).get(draft.key)
    if known is not None and replace(draft, version=known.version, published_at=known.published_at) == known:
        return False
    await catalog.publish(draft)
    return True


async def published_courses(keys: Sequence[str], catalog: Catalog) -> PublishedCourses:
    """The versions of these courses that the catalog has."""
    newest = {key: course.version for key, course in (await catalog.latest(keys)).items()}
    every = [CourseVersion(key, version) for key, latest in newest.items() for version in range(1, latest + 1)]
    courses = await catalog.versions(every)
    return PublishedCourses(newest=newest, items={pin: course.items for pin, course in courses.items()})
