"""Loads a `Dataset` into the stores through the ports' bulk writes.

A load is idempotent: records that a store already has stay unchanged. Repeating a load that was interrupted completes
it without duplicates.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from gateway.datasets.dataset import Dataset
from gateway.datasets.load_counts import LoadCounts, OnProgress, Stage, ignore_progress
from gateway.datasets.publishing import PublishedCourses, publish_courses, published_courses
from gateway.relay.withdrawn_sessions import end_withdrawn_sessions
from gateway.runtime.store_retry import RETRY_FOR_A_MINUTE, StoreRetry
from resolvers.writes.interactions import load_events
from stores.batches import (
    LOADED_ENROLLMENTS,
    LOADED_EVENTS,
    LOADED_HEARTBEATS,
    LOADED_PROFILES,
    batched,
)
from stores.domain.events import Event, Verb
from stores.domain.progress import VerdictStatus
from stores.ports.stores import Stores

CONCURRENT_APPENDS = 2
"""How many batches of events are written to the timeline at a time, and how many more the ledger may be ahead."""


async def load(
    dataset: Dataset,
    stores: Stores,
    *,
    now: Callable[[], datetime],
    on_progress: OnProgress = ignore_progress,
    retry: StoreRetry = RETRY_FOR_A_MINUTE,
) -> tuple[LoadCounts, ...]:
    """Write all of `dataset` and return the counts of each kind of records, in the order of the stages.

    Courses come first, then enrolments and events, with profiles and the timeline beside them, then heartbeats. Courses
    and events obey the rules of the mutations (`resolvers/writes`). Rejected events are counted and stay out of the
    timeline. `now` is the clock in UTC.

    Raises `BadCourse` before anything is written, `StoreGaveUp` if a store keeps failing, and `Rejected`."""
    return await _Loader(dataset, stores, now, on_progress, retry).run()


class _Loader:
    def __init__(
        self,
        dataset: Dataset,
        stores: Stores,
        now: Callable[[], datetime],
        on_progress: OnProgress,
        retry: StoreRetry,
    ) -> None:
        def stage(store: str, kind: str, *, estimate: int | None = None, new: int | None = None) -> Stage:
            expected = dataset.sizes.get(kind, 0) if estimate is None else estimate
            return Stage(LoadCounts(store=store, kind=kind, new=new), estimate=expected, on_progress=on_progress)

        self._dataset = dataset
        self._stores = stores
        self._now = now
        self._retry = retry
        self._courses = stage("catalog", "courses", estimate=len(dataset.courses), new=0)
        self._profiles = stage("profiles", "profiles", new=0)
        self._enrollments = stage("progress", "enrollments", new=0)
        self._events = stage("progress", "events", new=0)
        self._timeline = stage("timeline", "timeline events", estimate=dataset.sizes.get("events", 0))
        self._heartbeats = stage("sessions", "heartbeats")
        self._recorded: asyncio.Queue[list[Event] | None] = asyncio.Queue(CONCURRENT_APPENDS)

    async def run(self) -> tuple[LoadCounts, ...]:
        catalog, drafts = self._stores.catalog, self._dataset.courses
        await publish_courses(drafts, catalog, retry=self._retry, stage=self._courses)
        keys = [*(draft.key for draft in drafts), *self._dataset.existing_courses]
        courses = await self._retry.call(partial(published_courses, keys, catalog))
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._add_profiles())
                tasks.create_task(self._enroll_and_record(courses))
                for _ in range(CONCURRENT_APPENDS):
                    tasks.create_task(self._append_to_timeline())
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        self._timeline.finish()
        for batch in batched(self._dataset.heartbeats, LOADED_HEARTBEATS):
            await self._retry.call(partial(self._stores.sessions.touch, batch))
            self._heartbeats.add(batch)
        self._heartbeats.finish()
        stages = (
            self._courses,
            self._profiles,
            self._enrollments,
            self._events,
            self._timeline,
            self._heartbeats,
        )
        return tuple(stage.counts for stage in stages)

    async def _add_profiles(self) -> None:
        for batch in batched(self._dataset.profiles, LOADED_PROFILES):
            self._profiles.add(batch, new=await self._retry.call(partial(self._stores.profiles.add, batch)))
        self._profiles.finish()

    async def _enroll_and_record(self, courses: PublishedCourses) -> None:
        pinned = (replace(row, course_version=courses.newest[row.course_key]) for row in self._dataset.enrollments)
        for rows in batched(pinned, LOADED_ENROLLMENTS):
            enroll = partial(self._stores.progress.enroll, rows, items=courses.items)
            self._enrollments.add(rows, new=await self._retry.call(enroll))
        self._enrollments.finish()
        for batch in batched(self._dataset.events, LOADED_EVENTS):
            await self._recorded.put(await self._record(batch, courses))
        self._events.finish()
        for _ in range(CONCURRENT_APPENDS):
            await self._recorded.put(None)

    async def _record(self, batch: list[Event], courses: PublishedCourses) -> list[Event]:
        """Load events into the ledger, and return those that it has now, with their slots."""
        load = partial(load_events, self._stores, batch, items=courses.items, now=self._now())
        verdicts = await self._retry.call(load)
        statuses = Counter(verdict.status for verdict in verdicts)
        for verdict in verdicts:
            if verdict.fault is not None:
                self._events.counts.reject(f"event {verdict.id}", verdict.fault.code, verdict.fault.message)
        self._events.add(batch, new=statuses[VerdictStatus.ACCEPTED])
        return [
            replace(event, slot=verdict.slot)
            for event, verdict in zip(batch, verdicts, strict=True)
            if verdict.status is not VerdictStatus.REJECTED
        ]

    async def _append_to_timeline(self) -> None:
        while (recorded := await self._recorded.get()) is not None:
            await self._retry.call(partial(append_and_void, self._stores, recorded))
            left = {event.registration for event in recorded if event.verb is Verb.UNREGISTERED}
            await self._retry.call(partial(end_withdrawn_sessions, self._stores, left))
            self._timeline.add(recorded)


async def append_and_void(stores: Stores, events: Sequence[Event]) -> None:
    """Append these events of the ledger to the timeline, and void those that are voided, and those that they void.

    A void is stored even if its target was not appended here: an interrupted load may have appended the target."""
    targets = await stores.progress.ledger([event.voids for event in events if event.voids is not None])
    given = {event.id for event in events}
    known = [*events, *(event for event in targets.values() if event.id not in given)]
    gone = set(await stores.progress.voided(known))
    await stores.timeline.append([event for event in events if event.id not in gone])
    if gone:
        await stores.timeline.void([event for event in known if event.id in gone])
