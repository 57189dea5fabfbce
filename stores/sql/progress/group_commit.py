"""Group commit: the writers of one process share transactions, one transaction at a time.

Parallel transactions on the same few registrations cost more than they gain: at SERIALIZABLE, PostgreSQL restarts those
that waited for a row and reports conflicts between neighbours on an index page. All writes that arrive while one
transaction runs go into the next one. The queue of waiting writes is bounded (`stores.domain.write_queue`).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

from stores.domain.catalog import CourseVersion, Item
from stores.domain.events import Event
from stores.domain.progress import Enrollment, Verdict
from stores.domain.write_queue import MAX_QUEUED_EVENTS, MAX_WAIT, WriteRate
from stores.errors import Conflict, RetryLater, TimedOut, Unavailable

Items: TypeAlias = Mapping[CourseVersion, Sequence[Item]]
Traces: TypeAlias = Mapping[UUID, str]
"""The traceparent of the operation that writes an event, by the event's id, where its trace is sampled."""
Write: TypeAlias = Callable[[Sequence[Event], Items, Sequence[Enrollment], Traces], Awaitable[Sequence[Verdict]]]
OnStart: TypeAlias = Callable[[], None]


@dataclass(eq=False, slots=True, kw_only=True)
class Job:
    """One caller's events, and the future of their verdicts. `queued`: it still waits for its transaction.
    `traceparent`: that of the caller, if its trace is sampled."""

    events: Sequence[Event]
    items: Items
    enrollments: Sequence[Enrollment]
    verdicts: "asyncio.Future[Sequence[Verdict]]"
    on_start: OnStart | None
    traceparent: str | None
    queued: bool = True


class GroupCommit:
    """Calls `write` with up to `most` events at a time (fewer where it is slow), or with all events of one caller.

    At most `max_queued` events wait, each write for at most `max_wait`. A write is accepted whenever none waits."""

    def __init__(
        self, write: Write, *, most: int, max_queued: int = MAX_QUEUED_EVENTS, max_wait: timedelta = MAX_WAIT
    ) -> None:
        self._write = write
        self._most = most
        self._max_queued = max_queued
        self._max_wait = max_wait
        self._queue: deque[Job] = deque()
        self._queued_events = 0
        self.rate = WriteRate()
        self._running: asyncio.Task[None] | None = None

    async def record(
        self,
        events: Sequence[Event],
        items: Items,
        enrollments: Sequence[Enrollment] = (),
        *,
        on_start: OnStart | None = None,
        continued: bool = False,
        traceparent: str | None = None,
    ) -> Sequence[Verdict]:
        """The verdicts of `write` on these events. A caller that is cancelled while its events are being written may
        find them written.

        `on_start` is called when the transaction with these events begins. `RetryLater`, with nothing written: the
        queue is full, or the wait was too long. `continued`: a part of a write that has begun, which is not refused."""
        if self._queued_events and self._queued_events + len(events) > self._max_queued and not continued:
            raise self._full()
        loop = asyncio.get_running_loop()
        job = Job(
            events=events,
            items=items,
            enrollments=enrollments,
            verdicts=loop.create_future(),
            on_start=on_start,
            traceparent=traceparent,
        )
        self._queue.append(job)
        self._queued_events += len(events)
        timer = None if continued else loop.call_later(self._max_wait.total_seconds(), self._expire, job)
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        try:
            return await job.verdicts
        finally:
            self._leave_queue(job)
            if timer is not None:
                timer.cancel()

    def _full(self) -> RetryLater:
        wait = self.rate.retry_after_ms(self._queued_events)
        return RetryLater("progress", "too many writes are waiting", retry_after_ms=wait)

    def _expire(self, job: Job) -> None:
        if job.queued and not job.verdicts.done():
            job.verdicts.set_exception(self._full())

    def _leave_queue(self, job: Job) -> None:
        if job.queued:
            job.queued = False
            self._queued_events -= len(job.events)

    async def _run(self) -> None:
        group: list[Job] = []
        try:
            while group := self._next_group():
                await self._settle(group)
        finally:
            self._running = None
            for job in (*group, *self._queue):
                job.verdicts.cancel()  # does nothing to those that have their verdicts

    def _next_group(self) -> list[Job]:
        group: list[Job] = []
        size, most = 0, self.rate.transaction_events(self._most)
        while self._queue and (not group or size + len(self._queue[0].events) <= most):
            job = self._queue.popleft()
            if not job.verdicts.done():  # else its caller was cancelled, or it waited too long
                self._leave_queue(job)
                group.append(job)
                size += len(job.events)
        return group

    async def _settle(self, group: Sequence[Job]) -> None:
        items = {pin: its for job in group for pin, its in job.items.items()}
        events = [event for job in group for event in job.events]
        traces = {event.id: job.traceparent for job in group if job.traceparent for event in job.events}
        for job in group:
            if job.on_start is not None and not job.verdicts.done():
                job.on_start()
        started = asyncio.get_running_loop().time()
        try:
            verdicts = await self._write(events, items, [row for job in group for row in job.enrollments], traces)
        except Exception as error:
            if len(group) > 1 and not isinstance(error, Unavailable | TimedOut | Conflict):
                # One caller's events cause the error, by a fault of theirs or of ours. The others are written alone.
                for job in group:
                    await self._settle([job])
            else:
                fail(group, error)
        else:
            self.rate.measured(len(events), asyncio.get_running_loop().time() - started)
            start = 0
            for job in group:
                end = start + len(job.events)
                if not job.verdicts.done():
                    job.verdicts.set_result(verdicts[start:end])
                start = end


def fail(group: Sequence[Job], error: Exception) -> None:
    """Give the error to all callers that still wait."""
    for job in group:
        if not job.verdicts.done():
            job.verdicts.set_exception(error)
