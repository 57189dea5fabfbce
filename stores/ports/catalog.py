"""The port of the catalog: courses and their immutable published versions, in MongoDB by default.

The structure is that of cmi5 (section 13, course structure), flattened to modules and items.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from stores.domain.catalog import Course, CourseFilter, CourseVersion
from stores.domain.paging import Page
from stores.ports.pinger import Pinger


class Catalog(Pinger, Protocol):
    """Published course versions."""

    async def latest(self, course_keys: Sequence[str]) -> Mapping[str, Course]:
        """The newest published version of each course; unknown courses are absent."""

    async def versions(self, pins: Sequence[CourseVersion]) -> Mapping[CourseVersion, Course]:
        """These versions; unknown ones are absent. A version never changes, so implementations may cache it without
        expiry."""

    async def page(self, where: CourseFilter, *, after: str | None, first: int) -> Page[Course]:
        """The newest version of each course that matches, by `key` in the order of code points. `Rejected`: malformed
        cursor."""

    async def publish(self, course: Course) -> Course:
        """Store a new version of `course.key` and return it. Its version is one more than the newest (1 for a new key),
        whatever `course.version` is. One atomic write; concurrent publishers get different versions, or `Conflict`
        after many attempts."""
