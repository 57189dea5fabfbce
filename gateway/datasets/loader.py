"""One loader for every World, through the ports' bulk writes. What is there already stays as it is, so that a load that
was killed and is repeated completes without duplicates."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gateway.datasets.dataset import Dataset
from gateway.relay.delivery import reconcile_with_ledger
from stores.batches import (
    LOADED_ENROLLMENTS,
    LOADED_EVENTS,
    LOADED_HEARTBEATS,
    LOADED_PROFILES,
    LOADED_TIMELINE_EVENTS,
    batched,
)
from stores.domain.catalog import Course, CourseVersion, Item
from stores.domain.events import Event
from stores.domain.progress import VerdictStatus
from stores.ports.stores import Stores

Items = Mapping[CourseVersion, Sequence[Item]]
OnProgress = Callable[[str, int, int], None]
"""Told of a stage by name ("courses", "profiles", "enrollments", "events", "timeline", "heartbeats"): how many of its
records are done, and how many there are (an estimate until the stage's last call)."""

AHEAD = 10
"""How many batches the ledger may be ahead of the timeline."""


@dataclass(slots=True, kw_only=True)
class Written:
    """What became of the records of one kind; `new` is None where the port does not tell new from known ones."""

    store: str
    what: str
    given: int = 0
    new: int | None = None
    rejected: Counter[str] = field(default_factory=Counter)

    @property
    def known(self) -> int | None:
        """How many were there already."""
        return None if self.new is None else self.given - self.new - self.rejected.total()


async def load(world: Dataset, stores: Stores, *, on_progress: OnProgress) -> tuple[Written, ...]:
    """Write all of `world`: courses, then profiles beside enrolments and events, the timeline following the ledger
    (what that rejects does not come into it), then heartbeats. The first StoreError ends the load."""
    courses, pins, items = await publish(world, stores, on_progress)
    profiles = Stage("profiles", "profiles", world, on_progress, new=0)
    enrollments = Stage("progress", "enrollments", world, on_progress, new=0)
    events = Stage("progress", "events", world, on_progress, new=0)
    timeline = Stage("timeline", "timeline", world, on_progress)
    heartbeats = Stage("sessions", "heartbeats", world, on_progress)
    recorded: asyncio.Queue[list[Event] | None] = asyncio.Queue(AHEAD)

    async def add_profiles() -> None:
        for batch in batched(world.profiles, LOADED_PROFILES):
            profiles.done(batch, new=await stores.profiles.add(batch))
        profiles.end()

    async def enroll_and_record() -> None:
        pinned = (replace(row, course_version=pins[row.course_key]) for row in world.enrollments)
        for some in batched(pinned, LOADED_ENROLLMENTS):
            enrollments.done(some, new=await stores.progress.enroll(some, items=items))
        enrollments.end()
        for batch in batched(world.events, LOADED_EVENTS):
            await recorded.put(await record(batch, stores, items, events))
        events.end()
        await recorded.put(None)

    async def append() -> None:
        waiting: list[Event] = []
        while (kept := await recorded.get()) is not None:
            waiting += kept
            if len(waiting) >= LOADED_TIMELINE_EVENTS:
                await reconcile_with_ledger(stores, waiting)
                timeline.done(waiting)
                waiting = []
        await reconcile_with_ledger(stores, waiting)
        timeline.done(waiting)
        timeline.end()

    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(add_profiles())
            tasks.create_task(enroll_and_record())
            tasks.create_task(append())
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    for beats in batched(world.heartbeats, LOADED_HEARTBEATS):
        await stores.sessions.touch(beats)
        heartbeats.done(beats)
    heartbeats.end()
    return tuple(stage.written for stage in (courses, profiles, enrollments, events, timeline, heartbeats))


class Stage:
    """The records of one kind on their way into a store: what became of them, told as it goes."""

    def __init__(
        self, store: str, what: str, world: Dataset, on_progress: OnProgress, *, new: int | None = None
    ) -> None:
        self.written = Written(store=store, what=what, new=new)
        self._about = world.sizes.get("events" if what == "timeline" else what, 0)
        self._on_progress = on_progress

    def done(self, batch: Sequence[object], *, new: int | None = None) -> None:
        self.written.given += len(batch)
        if self.written.new is not None and new is not None:
            self.written.new += new
        self._on_progress(self.written.what, self.written.given, max(self._about, self.written.given))

    def end(self) -> None:
        self._on_progress(self.written.what, self.written.given, self.written.given)


async def publish(world: Dataset, stores: Stores, on_progress: OnProgress) -> tuple[Stage, Mapping[str, int], Items]:
    """Publish each course whose newest version is not what the world drafts; what enrolments are now pinned to, and
    the items of every version, as older enrolments are pinned to older ones."""
    stage = Stage("catalog", "courses", world, on_progress, new=0)
    newest = dict(await stores.catalog.latest([course.key for course in world.courses]))
    for draft in world.courses:
        there = newest.get(draft.key)
        same = there is not None and replace(draft, version=there.version, published_at=there.published_at) == there
        if not same:
            newest[draft.key] = await stores.catalog.publish(draft)
        stage.done([draft], new=0 if same else 1)
    stage.end()
    pins = {key: course.version for key, course in newest.items()}
    every = [CourseVersion(key, version) for key, latest in pins.items() for version in range(1, latest + 1)]
    known: Mapping[CourseVersion, Course] = await stores.catalog.versions(every)
    return stage, pins, {pin: course.items for pin, course in known.items()}


async def record(batch: Sequence[Event], stores: Stores, items: Items, stage: Stage) -> list[Event]:
    """Hand a batch to the ledger; those that it has now."""
    verdicts = await stores.progress.load(batch, items=items)
    counts = Counter(verdict.status for verdict in verdicts)
    stage.written.rejected.update(
        verdict.code or "REJECTED" for verdict in verdicts if verdict.status is VerdictStatus.REJECTED
    )
    stage.done(batch, new=counts[VerdictStatus.ACCEPTED])
    return [
        event for event, verdict in zip(batch, verdicts, strict=True) if verdict.status is not VerdictStatus.REJECTED
    ]
