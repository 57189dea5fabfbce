"""Group commit: the writers of one process share transactions, one at a time.

Transactions side by side on the same few registrations cost more than they bring: at SERIALIZABLE, PostgreSQL lets
whoever waited for a row begin anew, and takes neighbours on an index page for rivals. So whatever came in while one
transaction was busy goes into the next one.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from stores.domain.catalog import CourseVersion, Item
from stores.domain.events import Event
from stores.domain.progress import Enrollment, Verdict
from stores.errors import Conflict, TimedOut, Unavailable

Items: TypeAlias = Mapping[CourseVersion, Sequence[Item]]
Write: TypeAlias = Callable[[Sequence[Event], Items, Sequence[Enrollment]], Awaitable[Sequence[Verdict]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    events: Sequence[Event]
    items: Items
    enrollments: Sequence[Enrollment]
    verdicts: "asyncio.Future[Sequence[Verdict]]"


class GroupCommit:
    """`write` is called with up to `most` events, or with those of one caller who has more."""

    def __init__(self, write: Write, *, most: int) -> None:
        self._write = write
        self._most = most
        self._waiting: deque[Job] = deque()
        self._running: asyncio.Task[None] | None = None

    async def record(
        self, events: Sequence[Event], items: Items, enrollments: Sequence[Enrollment] = ()
    ) -> Sequence[Verdict]:
        """The verdicts of `write` on these events. Whoever is cancelled while waiting may find them written."""
        verdicts: asyncio.Future[Sequence[Verdict]] = asyncio.get_running_loop().create_future()
        job = Job(events=events, items=items, enrollments=enrollments, verdicts=verdicts)
        self._waiting.append(job)
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await verdicts

    async def _run(self) -> None:
        group: list[Job] = []
        try:
            while group := self._next_group():
                await self._settle(group)
        finally:
            self._running = None
            for job in (*group, *self._waiting):
                job.verdicts.cancel()  # does nothing to those that have theirs

    def _next_group(self) -> list[Job]:
        group: list[Job] = []
        size = 0
        while self._waiting and (not group or size + len(self._waiting[0].events) <= self._most):
            job = self._waiting.popleft()
            if not job.verdicts.done():  # its caller was cancelled
                group.append(job)
                size += len(job.events)
        return group

    async def _settle(self, group: Sequence[Job]) -> None:
        items = {pin: its for job in group for pin, its in job.items.items()}
        try:
            verdicts = await self._write(
                [event for job in group for event in job.events],
                items,
                [row for job in group for row in job.enrollments],
            )
        except Exception as error:
            if len(group) > 1 and not isinstance(error, Unavailable | TimedOut | Conflict):
                # One of them is at fault, or a mistake of ours about one: the others need not suffer for it.
                for job in group:
                    await self._settle([job])
            else:
                fail(group, error)
        else:
            start = 0
            for job in group:
                end = start + len(job.events)
                if not job.verdicts.done():
                    job.verdicts.set_result(verdicts[start:end])
                start = end


def fail(group: Sequence[Job], error: Exception) -> None:
    for job in group:
        if not job.verdicts.done():
            job.verdicts.set_exception(error)
