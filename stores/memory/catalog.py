"""The catalog in a dict: the reference implementation of the port."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from stores.domain.catalog import Course, CourseFilter, CourseVersion
from stores.domain.folding import folded
from stores.domain.paging import COURSES, Page, page_of
from stores.ports.catalog import Catalog


class MemoryCatalog(Catalog):
    """The catalog of one process."""

    def __init__(self) -> None:
        self._published: dict[str, list[Course]] = {}

    async def ping(self) -> None:
        return None

    async def latest(self, course_keys: Sequence[str]) -> Mapping[str, Course]:
        return {key: self._published[key][-1] for key in course_keys if key in self._published}

    async def versions(self, pins: Sequence[CourseVersion]) -> Mapping[CourseVersion, Course]:
        return {
            pin: self._published[pin.key][pin.version - 1]
            for pin in pins
            if 1 <= pin.version <= len(self._published.get(pin.key, ()))
        }

    async def page(self, where: CourseFilter, *, after: str | None, first: int) -> Page[Course]:
        past = None if after is None else COURSES.decode(after)[0]
        known = self._published.keys() if where.keys is None else self._published.keys() & set(where.keys)
        title = folded(where.title_contains or "")
        newest = (self._published[key][-1] for key in sorted(known) if past is None or key > past)
        rows = [course for course in newest if title in folded(course.title)][: first + 1]
        return page_of(rows, lambda course: COURSES.encode(course.key), first)

    async def publish(self, course: Course) -> Course:
        published = self._published.setdefault(course.key, [])
        kept = replace(course, version=len(published) + 1)
        published.append(kept)
        return kept
