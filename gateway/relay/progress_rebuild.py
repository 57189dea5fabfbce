"""Rebuild progress: fold registrations again from the ledger, for example after a migration that changes the fold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.relay.selection import enrollment_pages, select_enrollments
from stores.batches import REBUILT_ROWS
from stores.domain.progress import Enrollment
from stores.ports.stores import Stores

OnProgress = Callable[[str, int, int], None]
"""Called with the name of a stage, how much of it is done, and its total."""


@dataclass(slots=True, kw_only=True)
class RebuiltProgress:
    """How many registrations were read, how many of them changed, and how many were left as they are because the
    catalog does not have their version of the course."""

    registrations: int = 0
    changed: int = 0
    skipped: int = 0

    def summary(self) -> str:
        """What was done, in one line."""
        skipped = f"; {self.skipped:,} skipped: the catalog lacks their course version" if self.skipped else ""
        return f"rebuilt {self.registrations:,} registrations, {self.changed:,} of them changed{skipped}"


async def rebuild_progress(stores: Stores, *, on_progress: OnProgress) -> RebuiltProgress:
    """Rebuild the progress of all registrations. Safe while gateways write; a run that was killed resumes at its
    durable position."""
    await stores.progress.start_rebuild()
    return await resume_rebuild(stores, on_progress=on_progress)


async def rebuild_selected(
    stores: Stores, *, courses: Sequence[str], learners: Sequence[str], on_progress: OnProgress
) -> RebuiltProgress:
    """Rebuild the progress of these courses and learners. `CommandError` if one is unknown."""
    selection = await select_enrollments(stores, courses=courses, learners=learners)
    done = RebuiltProgress()
    async for rows in enrollment_pages(stores, selection):
        await refold_enrollments(stores, rows, done)
        on_progress("registrations", done.registrations, max(selection.total, done.registrations))
    return done


async def resume_rebuild(stores: Stores, *, on_progress: OnProgress) -> RebuiltProgress:
    """Finish the rebuild under way, if there is one."""
    done = RebuiltProgress()
    left = await stores.progress.rebuild_left()
    if left is None:
        return done
    on_progress("registrations", 0, left)
    while batch := await stores.progress.rebuild_batch(most=REBUILT_ROWS):
        await refold_enrollments(stores, batch, done)
        await stores.progress.advance_rebuild(batch[-1].registration)
        on_progress("registrations", done.registrations, max(left, done.registrations))
    await stores.progress.advance_rebuild(None)
    return done


async def refold_enrollments(stores: Stores, enrollments: Sequence[Enrollment], done: RebuiltProgress) -> None:
    """Refold these enrolments and add what was done to `done`."""
    courses = await stores.catalog.versions(list(dict.fromkeys(row.pin for row in enrollments)))
    known = [row.registration for row in enrollments if row.pin in courses]
    items = {pin: course.items for pin, course in courses.items()}
    done.changed += await stores.progress.refold(known, items=items)
    done.registrations += len(enrollments)
    done.skipped += len(enrollments) - len(known)
