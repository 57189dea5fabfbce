"""Rebuild progress: fold registrations again from the ledger, for example after a migration that changes the fold."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from stores.domain.calendar import Span
from stores.domain.progress import Enrollment
from stores.domain.rebuilds import Rebuild
from stores.ports.stores import Stores


@dataclass(slots=True, kw_only=True)
class ProgressRebuild:
    """Refolds whole registrations, and counts the enrolments of their courses. `registrations` were read, `changed` of
    them changed, and `skipped` of them were left as they are because the catalog does not have their version of the
    course. `recounted` are the courses whose enrolments were counted, `corrected` of them had other numbers."""

    kind: ClassVar = Rebuild.PROGRESS
    stage: ClassVar = "registrations"
    stores: Stores
    registrations: int = 0
    changed: int = 0
    skipped: int = 0
    recounted: set[str] = field(default_factory=set)
    corrected: int = 0

    async def rebuild(self, enrollments: Sequence[Enrollment], span: Span) -> None:
        """As `Rebuilder.rebuild`."""
        courses = await self.stores.catalog.versions(list(dict.fromkeys(row.pin for row in enrollments)))
        known = [row.registration for row in enrollments if row.pin in courses]
        items = {pin: course.items for pin, course in courses.items()}
        self.changed += await self.stores.progress.refold(known, items=items)
        self.registrations += len(enrollments)
        self.skipped += len(enrollments) - len(known)
        courses_left = sorted({row.course_key for row in enrollments} - self.recounted)
        self.corrected += await self.stores.progress.recount(courses_left)
        self.recounted.update(courses_left)

    def summary(self) -> str:
        """As `Rebuilder.summary`."""
        skipped = f"; {self.skipped:,} skipped: the catalog lacks their course version" if self.skipped else ""
        corrected = f"; corrected the numbers of enrolments of {self.corrected:,} courses" if self.corrected else ""
        return f"rebuilt {self.registrations:,} registrations, {self.changed:,} of them changed{skipped}{corrected}"
