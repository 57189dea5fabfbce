"""One watch for all who listen: it lives as long as anybody does, outlives a store's absence, and is told of errors."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from resolvers.data.dataloaders import Loaders
from resolvers.subscriptions.topic import Subscriber
from resolvers.subscriptions.topics import FIRST_RETRY, LONGEST_RETRY
from stores.memory.signals import SignalChannels
from stores.ports.signals import Signals
from stores.ports.stores import Stores
from tests.resolvers import world
from tests.resolvers.subscriptions.watched_school import Broken, School, Watcher, open_school, settled, tasks

PRESENCE = f'presenceChanged(course: "{world.ALGEBRA}") {{ status learner {{ learnerId }} }}'
RESUME = f'resumeMoved(registration: "{world.registration(world.ALGEBRA, 0)}") {{ itemKey position }}'
ONE, TWO = "learner-001", "learner-002"
SECOND = timedelta(seconds=1)


async def who(watcher: Watcher) -> tuple[str, str]:
    told = await watcher.event()
    return told["learner"]["learnerId"], told["status"]


async def test_however_many_listen_the_store_is_asked_once_and_each_begins_with_what_is() -> None:
    school = await open_school(sessions=Broken)
    sessions: Any = school.stores.sessions
    await school.beats(ONE)
    first = await school.watch(PRESENCE)
    assert await who(first) == (ONE, "ONLINE")
    second = await school.watch(PRESENCE, world.instructor(world.ALGEBRA))
    assert await who(second) == (ONE, "ONLINE")
    await school.clock.on(SECOND)
    await school.beats(TWO)
    for watcher in (first, second):
        assert await who(watcher) == (TWO, "ONLINE")
    assert [sessions.calls.count(call) for call in ("present", "presence")] == [1, 1]
    await first.close()
    await school.clock.on(SECOND)
    await school.beats("learner-003")
    assert await who(second) == ("learner-003", "ONLINE")
    await second.close()
    await settled()
    assert tasks() == 0


async def test_who_is_slow_gets_the_latest_of_each_learner() -> None:
    school = await open_school()
    await school.beats(ONE)
    slow = await school.watch(PRESENCE)
    assert await who(slow) == (ONE, "ONLINE")
    for learner_id in (TWO, ONE, TWO):
        await school.clock.on(timedelta(minutes=2))
        await school.beats(learner_id)
    await school.clock.on(SECOND)
    assert [await who(slow), await who(slow)] == [(ONE, "AWAY"), (TWO, "ONLINE")]
    assert await slow.silent()
    await slow.close()


async def test_a_store_that_is_away_is_waited_for_by_who_listens_and_told_to_who_joins() -> None:
    school = await open_school(sessions=Broken)
    sessions: Any = school.stores.sessions
    await school.beats(ONE)
    watcher = await school.watch(PRESENCE)
    assert await who(watcher) == (ONE, "ONLINE")
    sessions.away("sessions")
    await school.clock.on(SECOND)
    sessions.error, away = None, sessions.error
    await school.beats(TWO)  # by another process, which reaches the store
    sessions.error = away
    assert await watcher.silent()
    joining = await school.watch(PRESENCE)
    result = await joining.result()
    assert [error.extensions for error in result.errors] == [{"code": "STORE_UNAVAILABLE", "store": "sessions"}]
    assert "hunter2" not in str(result.errors[0].formatted)
    assert await joining.ended()
    for _ in range(5):
        await school.clock.on(FIRST_RETRY)
        assert await watcher.silent()
    sessions.error = None
    await school.clock.on(LONGEST_RETRY)
    assert await who(watcher) == (TWO, "ONLINE")
    await watcher.close()


async def test_who_is_alone_with_a_store_that_is_away_leaves_nothing_behind() -> None:
    school = await open_school(sessions=Broken)
    sessions: Any = school.stores.sessions
    sessions.away("sessions")
    for query in (PRESENCE, RESUME):
        assert await (await school.watch(query)).code() == "STORE_UNAVAILABLE"
    await settled()
    assert tasks() == 0
    sessions.error = None
    again = await school.watch(PRESENCE)
    assert await again.silent()
    await again.close()


async def test_a_watch_that_stalls_is_given_up_within_its_deadline() -> None:
    school = await open_school()

    class Stalled:
        def __getattr__(self, name: str) -> Any:
            return getattr(school.stores.sessions, name)

        async def present(self, courses: Sequence[str]) -> Any:
            await asyncio.Event().wait()

    stores: Any = replace(school.stores, sessions=Stalled())
    stalled = School(stores, school.clock)
    stalled.topics._deadlines = {**world.DEADLINES, "sessions": timedelta(milliseconds=20)}
    assert await (await stalled.watch(PRESENCE)).code() == "STORE_TIMEOUT"


async def test_an_error_of_ours_ends_those_who_listen_masked(caplog: pytest.LogCaptureFixture) -> None:
    school = await open_school(sessions=Broken)
    sessions: Any = school.stores.sessions
    watcher = await school.watch(PRESENCE)
    assert await watcher.silent()
    await school.clock.on(SECOND)
    await school.beats(ONE)
    sessions.error = lambda: RuntimeError("secret dsn")
    with caplog.at_level(logging.ERROR):
        result = await watcher.result()
    (error,) = result.errors
    assert error.extensions["code"] == "INTERNAL"
    assert "secret" not in str(error.formatted)
    assert any(error.extensions["id"] in record.getMessage() for record in caplog.records)
    assert await watcher.ended()
    assert await (await school.watch(PRESENCE)).code() == "INTERNAL"
    sessions.error = None
    again = await school.watch(PRESENCE)
    assert await who(again) == (ONE, "ONLINE")
    await again.close()


async def test_when_the_process_ends_so_do_all_watches_and_who_listens() -> None:
    school = await open_school()
    watchers = [await school.watch(query) for query in (PRESENCE, PRESENCE, RESUME)]
    for one in watchers:
        while not await one.silent():
            await one.result()
    await school.topics.aclose()
    assert [await one.ended() for one in watchers] == [True] * 3
    assert tasks() == 0


class Counter:
    """Something to watch that counts how often it is looked at, and signals by hand."""

    store = "live"
    min_interval = SECOND
    ended = False
    channels = SignalChannels()
    looks: list[frozenset[str] | None]

    def __init__(self, looks: list[frozenset[str] | None]) -> None:
        self.looks = looks

    def signals(self, stores: Stores) -> Signals:
        return self.channels.listen("counter")

    async def refresh(self, loaders: Loaders, keys: frozenset[str] | None, *, now: datetime) -> Sequence[int]:
        self.looks.append(keys)
        return [len(self.looks)]

    def snapshot(self) -> Sequence[int]:
        return [len(self.looks)]

    def next_change_at(self) -> datetime | None:
        return None

    def key_of(self, event: int) -> int:
        return 0


@pytest.mark.parametrize("stop", [asyncio.CancelledError, StopAsyncIteration])
async def test_signals_that_stop_do_not_complete_the_subscriptions(stop: type[BaseException]) -> None:
    """A driver may cancel what it was asked to do. Only the topic's owner ends the topic."""
    school = await open_school()
    stops = [stop]

    class Stopping(Counter):
        @asynccontextmanager
        async def _stopping(self) -> AsyncIterator[Any]:
            async with self.channels.listen("counter") as mailbox:
                yield self._first_stop(mailbox)

        def signals(self, stores: Stores) -> Signals:
            return self._stopping()

        def _first_stop(self, mailbox: Any) -> Any:
            class Signalled:
                async def __anext__(self) -> Any:
                    found = await anext(mailbox)
                    if stops:
                        raise stops.pop()
                    return found

            return Signalled()

    looks: list[frozenset[str] | None] = []
    async with school.topics.subscribe(lambda: Stopping(looks)) as events:
        assert await anext(events) == 1
        await school.clock.on(SECOND)
        Counter.channels.signal("counter", "a")
        await settled()
        assert stops == []
        await school.clock.on(FIRST_RETRY)
        assert await anext(events) == 2
        await school.clock.on(SECOND)
        Counter.channels.signal("counter", "a")
        assert await anext(events) == 3
    await settled()
    assert tasks() == 0


async def test_a_driver_that_cancels_a_refresh_does_not_complete_the_subscriptions() -> None:
    school = await open_school(sessions=Broken)
    sessions: Any = school.stores.sessions
    await school.beats(ONE)
    watcher = await school.watch(PRESENCE)
    assert await who(watcher) == (ONE, "ONLINE")
    await school.clock.on(SECOND)
    await school.beats(TWO)
    sessions.error = asyncio.CancelledError
    assert await watcher.silent()
    sessions.error = None
    await school.clock.on(LONGEST_RETRY)
    assert await who(watcher) == (TWO, "ONLINE")
    await watcher.close()


async def test_signals_that_come_in_the_pause_are_looked_into_once_after_it() -> None:
    school = await open_school()
    looks: list[frozenset[str] | None] = []
    kind = lambda: Counter(looks)  # noqa: E731 - a kind of its own for this test
    async with school.topics.subscribe(kind) as events:
        assert await anext(events) == 1
        for key in ("a", "b", "a"):
            Counter.channels.signal("counter", key)
            await settled()
        assert looks == [None]
        await school.clock.on(SECOND)
        assert looks == [None, frozenset({"a", "b"})]
        await school.clock.on(SECOND)
        for mailbox in Counter.channels._mailboxes["counter"]:
            mailbox.put_all()
        await settled()
        assert looks == [None, frozenset({"a", "b"}), None]
        assert await anext(events) == 3
    await settled()
    assert tasks() == 0


async def test_a_listener_keeps_the_latest_of_each_key_in_the_order_they_came() -> None:
    listener = Subscriber[str](lambda event: event[0])
    for event in ("a1", "b1", "a2", "c1"):
        listener.offer(event)
    listener.end(None)
    assert [event async for event in listener] == []
    listener = Subscriber[str](lambda event: event[0])
    for event in ("a1", "b1", "a2"):
        listener.offer(event)
    assert [await anext(listener), await anext(listener)] == ["b1", "a2"]
