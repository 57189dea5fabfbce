"""Rebuilding the activity of courses over memory stores."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from gateway.relay.activity_rebuild import ActivityRebuild
from gateway.relay.rebuild_loop import rebuild_all, rebuild_selected
from stores.domain.rebuilds import Rebuild
from stores.memory.activity import MemoryActivity
from stores.memory.progress import MemoryProgress
from stores.ports.stores import Stores
from tests.clock import Clock
from tests.gateway.memory_stores import memory_stores
from tests.gateway.relay.test_progress_rebuild import publish
from tests.stores.learning import C1, C2, CATALOG, enroll, enrollment


class Recounted(MemoryActivity):
    """Records the registrations that are recounted; every second one changes."""

    def __init__(self, progress: MemoryProgress) -> None:
        super().__init__(progress)
        self.counted: list[int] = []

    async def recount(self, registrations: Sequence[UUID]) -> int:
        self.counted += [key.int for key in registrations]
        return len(registrations) // 2


def silent(stage: str, done: int, total: int) -> None:
    assert stage == "activity counts"


async def counting_stores() -> tuple[Stores, Recounted]:
    """Three enrolments, in two courses."""
    stores = memory_stores(Clock())
    assert isinstance(stores.progress, MemoryProgress)
    activity = Recounted(stores.progress)
    for pin in (C1, C2):
        await publish(stores, pin, CATALOG[pin])
    await enroll(stores.progress, enrollment(1), enrollment(2), enrollment(3, pin=C2))
    return replace(stores, activity=activity), activity


async def test_all_registrations_are_counted() -> None:
    stores, activity = await counting_stores()
    rebuild = ActivityRebuild(stores=stores)
    await rebuild_all(stores, rebuild, on_progress=silent)
    assert activity.counted == [1, 2, 3]
    assert rebuild.summary() == "rebuilt the activity of 3 registrations, 1 of them changed"
    assert await stores.progress.rebuild_position(Rebuild.ACTIVITY) is None


async def test_courses_and_learners_may_be_selected() -> None:
    stores, activity = await counting_stores()
    rebuild = ActivityRebuild(stores=stores)
    await rebuild_selected(stores, rebuild, courses=["c2"], learners=["u1"], on_progress=silent)
    assert activity.counted == [3, 1]
