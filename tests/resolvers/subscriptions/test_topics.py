"""Topics: shared by subscribers, retried while a store is unavailable, ended with the last subscriber."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from resolvers.data.dataloaders import Loaders
from resolvers.subscriptions.topic import Subscriber
from resolvers.subscriptions.topics import FIRST_RETRY, LONGEST_RETRY, RunningTopic
from stores.domain.queue_counts import QueueCounts
from stores.memory.signals import SignalChannels
from stores.ports.signals import Signals
from stores.ports.stores import Stores
from tests.resolvers import world
from tests.resolvers.subscriptions.live_school import (
    FailingStore,
    School,
    Subscription,
    open_school,
    other_tasks,
    settle,
)

PRESENCE = f'presenceChanged(course: "{world.ALGEBRA}") {{ status learner {{ learnerId }} }}'
RESUME = f'resumeMoved(registration: "{world.registration(world.ALGEBRA, 0)}") {{ itemKey position }}'
ONE, TWO = "learner-001", "learner-002"
SECOND = timedelta(seconds=1)


async def status(subscription: Subscription) -> tuple[str, str]:
    event = await subscription.event()
    return event["learner"]["learnerId"], event["status"]


async def test_subscribers_share_store_calls_and_each_begins_with_the_snapshot() -> None:
    school = await open_school(sessions=FailingStore)
    sessions: Any = school.stores.sessions
    await school.heartbeat(ONE)
    first = await school.subscribe(PRESENCE)
    assert await status(first) == (ONE, "ONLINE")
    second = await school.subscribe(PRESENCE, world.instructor(world.ALGEBRA))
    assert await status(second) == (ONE, "ONLINE")
    await school.clock.advance(SECOND)
    await school.heartbeat(TWO)
    for subscription in (first, second):
        assert await status(subscription) == (TWO, "ONLINE")
    assert [sessions.calls.count(call) for call in ("present", "presence")] == [1, 1]
    await first.close()
    await school.clock.advance(SECOND)
    await school.heartbeat("learner-003")
    assert await status(second) == ("learner-003", "ONLINE")
    await second.close()
    await settle()
    assert other_tasks() == 0


async def test_a_slow_subscriber_gets_the_latest_status_of_each_learner() -> None:
    school = await open_school()
    await school.heartbeat(ONE)
    slow = await school.subscribe(PRESENCE)
    assert await status(slow) == (ONE, "ONLINE")
    for learner_id in (TWO, ONE, TWO):
        await school.clock.advance(timedelta(minutes=2))
        await school.heartbeat(learner_id)
    await school.clock.advance(SECOND)
    assert [await status(slow), await status(slow)] == [(ONE, "AWAY"), (TWO, "ONLINE")]
    assert await slow.is_silent()
    await slow.close()


async def test_an_unavailable_store_is_retried_for_subscribers_and_refuses_new_ones() -> None:
    school = await open_school(sessions=FailingStore)
    sessions: Any = school.stores.sessions
    await school.heartbeat(ONE)
    subscription = await school.subscribe(PRESENCE)
    assert await status(subscription) == (ONE, "ONLINE")
    sessions.take_down("sessions")
    await school.clock.advance(SECOND)
    sessions.error, away = None, sessions.error
    await school.heartbeat(TWO)  # by another process, which reaches the store
    sessions.error = away
    assert await subscription.is_silent()
    refused = await school.subscribe(PRESENCE)
    result = await refused.result()
    assert [error.extensions for error in result.errors] == [{"code": "STORE_UNAVAILABLE", "store": "sessions"}]
    assert "hunter2" not in str(result.errors[0].formatted)
    assert await refused.has_ended()
    for _ in range(5):
        await school.clock.advance(FIRST_RETRY)
        assert await subscription.is_silent()
    sessions.error = None
    await school.clock.advance(LONGEST_RETRY)
    assert await status(subscription) == (TWO, "ONLINE")
    await subscription.close()


async def test_a_refused_first_subscriber_leaves_no_task_behind() -> None:
    school = await open_school(sessions=FailingStore)
    sessions: Any = school.stores.sessions
    sessions.take_down("sessions")
    for query in (PRESENCE, RESUME):
        assert await (await school.subscribe(query)).code() == "STORE_UNAVAILABLE"
    await settle()
    assert other_tasks() == 0
    sessions.error = None
    second = await school.subscribe(PRESENCE)
    assert await second.is_silent()
    await second.close()


async def test_a_refresh_that_stalls_times_out() -> None:
    school = await open_school()

    class Stalled:
        def __getattr__(self, name: str) -> Any:
            return getattr(school.stores.sessions, name)

        async def present(self, courses: Sequence[str]) -> Any:
            await asyncio.Event().wait()

    stores: Any = replace(school.stores, sessions=Stalled())
    stalled = School(stores, school.clock)
    stalled.topics._deadlines = {**world.DEADLINES, "sessions": timedelta(milliseconds=20)}
    assert await (await stalled.subscribe(PRESENCE)).code() == "STORE_TIMEOUT"


async def test_an_unexpected_error_ends_the_subscriptions_and_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    school = await open_school(sessions=FailingStore)
    sessions: Any = school.stores.sessions
    subscription = await school.subscribe(PRESENCE)
    assert await subscription.is_silent()
    await school.clock.advance(SECOND)
    await school.heartbeat(ONE)
    sessions.error = lambda: RuntimeError("secret dsn")
    with caplog.at_level(logging.ERROR):
        result = await subscription.result()
    (error,) = result.errors
    assert error.extensions["code"] == "INTERNAL"
    assert "secret" not in str(error.formatted)
    assert any(error.extensions["id"] in record.getMessage() for record in caplog.records)
    assert await subscription.has_ended()
    assert await (await school.subscribe(PRESENCE)).code() == "INTERNAL"
    sessions.error = None
    second = await school.subscribe(PRESENCE)
    assert await status(second) == (ONE, "ONLINE")
    await second.close()


async def test_closing_the_registry_completes_all_subscriptions() -> None:
    school = await open_school()
    subscriptions = [await school.subscribe(query) for query in (PRESENCE, PRESENCE, RESUME)]
    for one in subscriptions:
        while not await one.is_silent():
            await one.result()
    await school.topics.aclose()
    assert [await one.has_ended() for one in subscriptions] == [True] * 3
    assert other_tasks() == 0


@pytest.mark.parametrize("query", [PRESENCE, RESUME])
async def test_an_ended_topic_is_freed_without_a_garbage_collection(query: str) -> None:
    """A served process collects cycles rarely, because a full collection stops it for a while."""
    school = await open_school()
    await school.heartbeat(world.ADA, item="video")
    first = await school.subscribe(query)
    assert await first.event()
    await first.close()
    await settle()
    gc.collect()
    before = _instances()
    gc.disable()
    try:
        subscription = await school.subscribe(query)
        assert await subscription.event()
        assert await subscription.is_silent()
        await subscription.close()
        await settle()
        assert _instances() <= before
    finally:
        gc.enable()


def _instances() -> int:
    return sum(isinstance(each, RunningTopic | Loaders) for each in gc.get_objects())


class Counter:
    """A topic that counts its refreshes. The test signals it."""

    store = "live"
    min_interval = SECOND
    ended = False
    channels = SignalChannels()
    refreshes: list[frozenset[str] | None]

    def __init__(self, refreshes: list[frozenset[str] | None]) -> None:
        self.refreshes = refreshes

    def signals(self, stores: Stores) -> Signals:
        return self.channels.listen("counter")

    async def refresh(self, loaders: Loaders, keys: frozenset[str] | None, *, now: datetime) -> Sequence[int]:
        self.refreshes.append(keys)
        return [len(self.refreshes)]

    def snapshot(self) -> Sequence[int]:
        return [len(self.refreshes)]

    def next_change_at(self) -> datetime | None:
        return None

    def key_of(self, event: int) -> int:
        return 0


@pytest.mark.parametrize("stop", [asyncio.CancelledError, StopAsyncIteration])
async def test_signals_that_stop_do_not_complete_the_subscriptions(stop: type[BaseException]) -> None:
    """A driver may cancel its own call. Only the registry ends a topic."""
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

    refreshes: list[frozenset[str] | None] = []
    async with school.topics.subscribe(lambda: Stopping(refreshes)) as events:
        assert await anext(events) == 1
        await school.clock.advance(SECOND)
        Counter.channels.signal("counter", "a")
        await settle()
        assert stops == []
        await school.clock.advance(FIRST_RETRY)
        assert await anext(events) == 2
        await school.clock.advance(SECOND)
        Counter.channels.signal("counter", "a")
        assert await anext(events) == 3
    await settle()
    assert other_tasks() == 0


async def test_a_driver_that_cancels_a_refresh_does_not_complete_the_subscriptions() -> None:
    school = await open_school(sessions=FailingStore)
    sessions: Any = school.stores.sessions
    await school.heartbeat(ONE)
    subscription = await school.subscribe(PRESENCE)
    assert await status(subscription) == (ONE, "ONLINE")
    await school.clock.advance(SECOND)
    await school.heartbeat(TWO)
    sessions.error = asyncio.CancelledError
    assert await subscription.is_silent()
    sessions.error = None
    await school.clock.advance(LONGEST_RETRY)
    assert await status(subscription) == (TWO, "ONLINE")
    await subscription.close()


async def test_signals_within_the_minimal_interval_cause_one_refresh_after_it() -> None:
    school = await open_school()
    refreshes: list[frozenset[str] | None] = []
    kind = lambda: Counter(refreshes)  # noqa: E731 - a topic kind of its own for this test
    async with school.topics.subscribe(kind) as events:
        assert await anext(events) == 1
        for key in ("a", "b", "a"):
            Counter.channels.signal("counter", key)
            await settle()
        assert refreshes == [None]
        await school.clock.advance(SECOND)
        assert refreshes == [None, frozenset({"a", "b"})]
        await school.clock.advance(SECOND)
        for mailbox in Counter.channels._mailboxes["counter"]:
            mailbox.put_all()
        await settle()
        assert refreshes == [None, frozenset({"a", "b"}), None]
        assert await anext(events) == 3
    await settle()
    assert other_tasks() == 0


async def test_a_subscriber_holds_the_latest_event_of_each_key_in_order() -> None:
    counts = QueueCounts()
    listener = Subscriber[str](lambda event: event[0], counts)
    for event in ("a1", "b1", "a2", "c1"):
        listener.offer(event)
    listener.end(None)
    assert [event async for event in listener] == []
    assert counts == QueueCounts(coalesced=1, dropped=3)
    listener = Subscriber[str](lambda event: event[0], counts)
    for event in ("a1", "b1", "a2"):
        listener.offer(event)
    assert [await anext(listener), await anext(listener)] == ["b1", "a2"]
