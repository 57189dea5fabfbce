"""Finds what the rows of an import refer to: learners, courses and enrolments, in the same import or in the stores."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple
from uuid import UUID

from gateway.datasets.publishing import PublishedCourses, published_courses
from gateway.runtime.store_retry import RETRY_FOR_A_MINUTE, StoreRetry
from stores.batches import batched
from stores.domain.catalog import CourseVersion
from stores.domain.progress import Enrollment
from stores.ports.stores import Stores

LOOKED_UP = 1_000
"""Keys in one call of a store."""


class Place(NamedTuple):
    """A learner in a course: there is at most one enrolment of both."""

    learner_id: str
    course_key: str


@dataclass(slots=True, kw_only=True)
class References:
    """What is known so far. The `find_…` methods read what is not known yet, in few store calls; then it is known
    whether it exists. `learners` has the ids of those that do."""

    stores: Stores
    retry: StoreRetry = RETRY_FOR_A_MINUTE
    learners: set[str] = field(default_factory=set)
    enrollments: dict[UUID, Enrollment] = field(default_factory=dict)
    registrations: dict[Place, UUID] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    item_keys: dict[CourseVersion, Collection[str]] = field(default_factory=dict)
    _asked: set[str | UUID | Place] = field(default_factory=set)
    _asked_courses: set[str] = field(default_factory=set)

    def add(self, enrollment: Enrollment) -> None:
        """Make an enrolment known, of the import or of the stores."""
        self.enrollments[enrollment.registration] = enrollment
        self.registrations[Place(enrollment.learner_id, enrollment.course_key)] = enrollment.registration

    def of_place(self, place: Place) -> Enrollment | None:
        """The enrolment of a learner in a course, if it is known."""
        registration = self.registrations.get(place)
        return None if registration is None else self.enrollments[registration]

    async def find_learners(self, learner_ids: Iterable[str]) -> None:
        """Look learners up in the profiles."""
        unknown = [key for key in dict.fromkeys(learner_ids) if key not in self.learners and key not in self._asked]
        for batch in batched(unknown, LOOKED_UP):
            self.learners |= (await self.retry.call(partial(self.stores.profiles.by_ids, batch))).keys()
            self._asked.update(batch)

    async def find_courses(self, course_keys: Iterable[str]) -> None:
        """Look the published versions of courses up."""
        unknown = [key for key in dict.fromkeys(course_keys) if key not in self._asked_courses]
        if unknown:
            found: PublishedCourses = await self.retry.call(partial(published_courses, unknown, self.stores.catalog))
            self.newest |= found.newest
            self.item_keys |= {pin: frozenset(item.key for item in items) for pin, items in found.items.items()}
            self._asked_courses.update(unknown)

    async def find_registrations(self, registrations: Iterable[UUID]) -> None:
        """Look enrolments up by registration, and their courses."""
        unknown = [
            key for key in dict.fromkeys(registrations) if key not in self.enrollments and key not in self._asked
        ]
        for batch in batched(unknown, LOOKED_UP):
            found = await self.retry.call(partial(self.stores.progress.by_registrations, batch))
            await self._keep(found.values())
            self._asked.update(batch)

    async def find_places(self, places: Iterable[Place]) -> None:
        """Look enrolments up by learner and course, and their courses."""
        unknown: dict[str, list[Place]] = {}
        for place in dict.fromkeys(places):
            if place not in self.registrations and place not in self._asked:
                unknown.setdefault(place.course_key, []).append(place)
        for course_key, of_course in unknown.items():
            by_learners = partial(
                self.stores.progress.by_learners, states=None, courses={course_key}, after=None, first=1
            )
            for batch in batched(of_course, LOOKED_UP):
                pages = await self.retry.call(partial(by_learners, [place.learner_id for place in batch]))
                await self._keep(row for page in pages.values() for row in page.rows)
                self._asked.update(batch)

    async def _keep(self, found: Iterable[Enrollment]) -> None:
        rows = list(found)
        await self.find_courses(row.course_key for row in rows)
        for row in rows:
            self.add(row)
