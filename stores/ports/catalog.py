"""Catalog: courses and their immutable published versions (cmi5's course structure, flattened to modules and items)."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from stores.domain.catalog import Course, CourseVersion
from stores.domain.paging import Page
from stores.ports.pinger import Pinger


class Catalog(Pinger, Protocol):
    async def latest(self, course_keys: Sequence[str]) -> Mapping[str, Course]:
        """The newest published version of each course; unknown ones are absent."""

    async def versions(self, pins: Sequence[CourseVersion]) -> Mapping[CourseVersion, Course]:
        """These very versions; unknown ones are absent. Immutable, so cached in the process without expiry."""

    async def page(self, *, after: str | None, first: int) -> Page[Course]:
        """The newest version of every course, in the order of `key` (by code point)."""

    async def publish(self, course: Course) -> Course:
        """Keep a new version of `course.key` and return it with the version it got: one more than the newest (1 for
        a new key), whatever `course.version` says. One atomic document write; publishers at once get one each."""
