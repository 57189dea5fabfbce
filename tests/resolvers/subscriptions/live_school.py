"""The school with subscriptions and a clock that tests drive. Nothing here waits for real time to pass."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from strawberry.relay import to_base64

from resolvers.context import Peer
from resolvers.schema import build_schema
from resolvers.subscriptions.topics import TopicRegistry
from resolvers.viewer import Viewer
from stores.domain.catalog import CourseVersion
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.outbox import PARTITIONS, Consumer
from stores.domain.sessions import Heartbeat
from stores.errors import Unavailable
from stores.memory.sessions import MemorySessions
from stores.ports.stores import Stores
from tests.clock import Clock
from tests.resolvers import world

SCHEMA = build_schema()
TICKS = 100
"""Turns of the event loop after which all tasks wait."""
ADA_ALGEBRA, ADA_BOTANY = world.registration(world.ALGEBRA, 0), world.registration(world.BOTANY, 0)
BEN_BOTANY = world.registration(world.BOTANY, 1)
CLASSMATE = world.registration(world.ALGEBRA, 1)
ADA_ID = to_base64("Learner", world.ADA)


def progress_updated(what: str, fields: str = "registration", **more: str) -> str:
    """A field of a subscription document: `progress_updated('learner:…')`."""
    name, _, value = what.partition(":")
    given = "".join(f', {key}: "{text}"' for key, text in more.items())
    return f'progressUpdated({name}: "{value}"{given}) {{ {fields} }}'


class DrivenClock(Clock):
    """A clock whose sleepers wake when a test advances it."""

    def __init__(self, now: datetime = world.NOW) -> None:
        super().__init__(now)
        self._sleeping: list[tuple[datetime, asyncio.Future[None]]] = []

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            return
        woken = asyncio.get_running_loop().create_future()
        self._sleeping.append((self() + timedelta(seconds=seconds), woken))
        await woken

    async def advance(self, step: timedelta) -> None:
        """Advance the time, wake the sleepers that are due, and let all tasks run."""
        self.forward(step)
        due = [woken for at, woken in self._sleeping if at <= self()]
        self._sleeping = [one for one in self._sleeping if one[0] > self()]
        for woken in due:
            if not woken.done():
                woken.set_result(None)
        await settle()


async def settle() -> None:
    for _ in range(TICKS):
        await asyncio.sleep(0)


class FailingStore:
    """A store in front of another one. It raises `error()` if that is set. `calls`: the names of its calls."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.error: Callable[[], Exception] | None = None
        self.calls: list[str] = []

    def take_down(self, name: str) -> None:
        self.error = lambda: Unavailable(name, "hunter2@db refused")

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not asyncio.iscoroutinefunction(found):
            return found

        async def call(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            if self.error is not None:
                raise self.error()
            return await found(*args, **kwargs)

        return call


class Subscription:
    """The results of one subscription."""

    def __init__(self, results: Any) -> None:
        self._results = results
        self._next: asyncio.Task[Any] | None = None

    async def result(self) -> Any:
        """The next result; StopAsyncIteration at the end."""
        task, self._next = self._next or asyncio.ensure_future(anext(self._results)), None
        async with asyncio.timeout(30):
            return await task

    async def event(self) -> Any:
        """The next event; it has no errors."""
        result = await self.result()
        assert result.errors is None, result.errors
        return next(iter(result.data.values()))

    async def code(self) -> str:
        """The code of the next result's error. It is the last result."""
        result = await self.result()
        assert result.data is None
        (error,) = result.errors
        assert await self.has_ended()
        return str(error.extensions["code"])

    async def has_ended(self) -> bool:
        try:
            await self.result()
        except StopAsyncIteration:
            return True
        return False

    async def is_silent(self) -> bool:
        """Whether no result comes while the subscription continues."""
        self._next = self._next or asyncio.ensure_future(anext(self._results))
        await settle()
        return not self._next.done()

    async def close(self) -> None:
        if self._next is not None:
            self._next.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await self._next
        await self._results.aclose()


class School:
    """One process: its stores and its TopicRegistry."""

    def __init__(self, stores: Stores, clock: DrivenClock) -> None:
        self.stores = stores
        self.clock = clock
        self._ids = count(1)
        health = world.peer_of(stores, world.admin()).health
        self.topics = TopicRegistry(stores, deadlines=world.DEADLINES, failures=health, now=clock, sleep=clock.sleep)

    def peer(self, viewer: Viewer, **instead: Any) -> Peer:
        peer = world.peer_of(self.stores, viewer)
        return replace(peer, **{"topics": self.topics, "now": self.clock, **instead})

    async def subscribe(self, query: str, viewer: Viewer | None = None, **instead: Any) -> Subscription:
        peer = self.peer(viewer or world.admin(), **instead)
        return Subscription(await SCHEMA.subscribe(f"subscription {{ {query} }}", context_value=peer))

    async def record(
        self, registration: UUID, verb: Verb, item: str | None = None, *, deliver: bool = True, **more: Any
    ) -> Event:
        """Record an event, and (`deliver`) do what the relay does with its commit."""
        enrollment = (await self.stores.progress.by_registrations([registration]))[registration]
        event = Event(
            **{
                "id": UUID(int=0x5000 << 64 | next(self._ids)),
                "registration": registration,
                "learner_id": enrollment.learner_id,
                "course_key": enrollment.course_key,
                "verb": verb,
                "verb_iri": VERB_IRIS[verb],
                "at": self.clock(),
                "item_key": item,
                **more,
            }
        )
        items = {CourseVersion(enrollment.course_key, 1): world.course(enrollment.course_key, "").items}
        await self.stores.progress.record([event], items=items)
        if deliver:
            await self.deliver()
        return event

    async def deliver(self) -> None:
        outbox, everywhere = self.stores.outbox, range(PARTITIONS)
        commits = await outbox.take(Consumer.LIVE, everywhere, most=1_000)
        await self.stores.live.publish(commits)
        gone = [(commit.registration, str(event.id)) for commit in commits for event in commit.voided]
        await self.stores.sessions.move([one.resume for one in commits if one.resume is not None], gone=gone)
        await outbox.settle(Consumer.LIVE, commits)

    async def heartbeat(
        self, learner_id: str, course: str = world.ALGEBRA, item: str | None = None, **more: Any
    ) -> None:
        number = 0 if learner_id == world.ADA else int(learner_id[-3:]) if learner_id[-1].isdigit() else 1
        beat = Heartbeat(
            **{
                "session_id": f"of-{learner_id}",
                "learner_id": learner_id,
                "registration": world.registration(course, number),
                "course_key": course,
                "item_key": item,
                "at": self.clock(),
                **more,
            }
        )
        await self.stores.sessions.touch([beat])


async def open_school(**instead: Callable[[Any], Any]) -> School:
    """The school without heartbeats. `instead`: what to put in front of a store, by its name."""
    clock = DrivenClock()
    stores = replace(await world.open_school(), sessions=MemorySessions(now=clock))
    stores = replace(stores, **{name: make(getattr(stores, name)) for name, make in instead.items()})
    return School(stores, clock)


def other_tasks() -> int:
    """The number of tasks besides the test's own."""
    return len(asyncio.all_tasks()) - 1
