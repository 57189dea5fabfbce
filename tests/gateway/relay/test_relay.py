"""The relay over memory stores: commits are delivered once, in order, whatever fails or is killed meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry

from gateway.observability.metrics.relay_metrics import RelayMetrics
from gateway.relay.observer import RelayObserver
from gateway.relay.publishing import publishing
from gateway.relay.relay import Pace, Relay
from resolvers.health import Health
from stores.batches import DELIVERED_EVENTS, RELAYED_COMMITS
from stores.domain.events import Event, Verb
from stores.domain.outbox import LEASE, PARTITIONS, Consumer
from stores.domain.sessions import Heartbeat
from stores.domain.updates import OUTBOX_CHANNEL, FeedKey, FeedKind, activity_channel
from stores.errors import Rejected, TimedOut, Unavailable
from stores.memory.live import MemoryLive
from stores.memory.outbox import MemoryOutbox
from stores.memory.timeline import MemoryTimeline
from stores.ports.stores import Stores
from tests.clock import Clock
from tests.gateway.memory_stores import memory_stores
from tests.stores.learning import done, enroll, enrollment, moment, record

R1 = UUID(int=1)
QUICK = Pace(
    claim=0.01, poll=0.01, timeline_pause=0, live_pause=0, checkpoint=0.01, first_backoff=0.001, longest_backoff=0.01
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def stores(clock: Clock) -> Stores:
    made = memory_stores(clock)
    await enroll(made.progress, enrollment(1), enrollment(2))
    return made


def relay_of(
    stores: Stores, holder: str = "relay", *, pace: Pace = QUICK, observer: RelayObserver | None = None
) -> Relay:
    health = Health(stores=stores, backends={}, now=lambda: moment(0))
    return Relay(stores, holder=holder, failures=health, observer=observer, pace=pace)


@asynccontextmanager
async def relaying(
    stores: Stores, holder: str = "relay", *, pace: Pace = QUICK, observer: RelayObserver | None = None
) -> AsyncIterator[None]:
    task = asyncio.create_task(relay_of(stores, holder, pace=pace, observer=observer).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


async def until(true: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(30):
        while not await true():  # noqa: ASYNC110 - stores have no event to wait for
            await asyncio.sleep(0.001)


def settled(stores: Stores, *consumers: Consumer) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        backlog = await stores.outbox.backlog()
        return not any(backlog[consumer].waiting for consumer in consumers or Consumer)

    return check


async def timeline_of(stores: Stores, learner_id: str = "u1") -> list[Event]:
    pages = await stores.timeline.by_learners([learner_id], span=None, verbs=None, courses=None, after=None, first=100)
    return [event for page in pages.values() for event in page.rows]


async def test_a_commit_reaches_the_timeline_the_feeds_and_the_activity_signal(stores: Stores) -> None:
    event = done(1, Verb.PAUSED, "video", at=1, progress=0.5)
    async with (
        stores.live.feed(FeedKey(FeedKind.COURSE, "c1"), after=None) as feed,
        stores.live.signals(activity_channel("c1")) as activity,
        relaying(stores),
    ):
        await record(stores.progress, event)
        async with asyncio.timeout(30):
            update = await anext(aiter(feed))
            assert await anext(aiter(activity)) == frozenset({"activity:c1"})
    assert update.progress == (await stores.progress.course_progress([R1]))[R1]
    assert [row.item_key for row in update.changed] == ["video"]
    assert await timeline_of(stores) == [event]


async def test_a_voided_event_leaves_the_timeline_and_the_resume_point(stores: Stores) -> None:
    kept = done(1, Verb.PLAYED, "video", at=1, position=1.0)
    target = done(2, Verb.PAUSED, "page", at=2, position=5.0)
    async with relaying(stores):
        await record(stores.progress, kept, target)
        await until(settled(stores))
        assert (await stores.sessions.resume_points([R1]))[R1].item_key == "page"
        void = done(3, Verb.VOIDED, at=3, voids=target.id)
        await record(stores.progress, void)
        await until(settled(stores))
    assert await timeline_of(stores) == [void, kept]
    assert (await stores.sessions.resume_points([R1]))[R1].item_key == "video"


async def test_a_resume_point_that_was_voided_before_its_delivery_does_not_appear(stores: Stores) -> None:
    """The backlog has a position and its void, as after a failure of live."""
    kept = done(1, Verb.PLAYED, "video", at=1, position=1.0)
    target = done(2, Verb.PAUSED, "page", at=2, position=5.0)
    for event in (kept, target, done(3, Verb.VOIDED, at=3, voids=target.id)):
        await record(stores.progress, event)
    async with relaying(stores):
        await until(settled(stores))
    assert (await stores.sessions.resume_points([R1]))[R1].item_key == "video"


async def test_events_open_and_close_sessions(stores: Stores, clock: Clock) -> None:
    clock.forward(timedelta(minutes=1))
    async with relaying(stores):
        await record(stores.progress, done(1, Verb.LAUNCHED, "video", at=1, session_id="s1"))
        await until(settled(stores))
        assert (await stores.sessions.by_learners(["u1"]))["u1"].session_id == "s1"
        await record(stores.progress, done(2, Verb.TERMINATED, "video", at=9, session_id="s1"))
        await until(settled(stores))
        assert await stores.sessions.by_learners(["u1"]) == {}
        await record(stores.progress, done(3, Verb.LAUNCHED, "video", at=20, session_id="s1"))
        await record(stores.progress, done(4, Verb.TERMINATED, "video", at=15, session_id="s1"))
        await until(settled(stores))
        assert (await stores.sessions.by_learners(["u1"]))["u1"].started_at == moment(20), "the end came out of order"


async def test_withdrawing_ends_the_presence(stores: Stores, clock: Clock) -> None:
    """However the learner withdraws, and although a client's clock is ahead of the withdrawal."""
    clock.forward(timedelta(minutes=1))
    beat = Heartbeat(session_id="tab", learner_id="u1", registration=R1, course_key="c1", at=moment(70))
    other = replace(beat, learner_id="u2", registration=UUID(int=2))
    registered = done(1, Verb.REGISTERED, at=0)
    async with relaying(stores):
        await record(stores.progress, registered)
        await stores.sessions.touch([beat, other])
        await record(stores.progress, done(2, Verb.UNREGISTERED, at=5))
        await until(settled(stores))
        assert await stores.sessions.online(["c1"]) == {"c1": 1}
        await record(stores.progress, done(3, Verb.LAUNCHED, "video", at=20, session_id="s1"))
        await until(settled(stores))
        assert await stores.sessions.online(["c1"]) == {"c1": 1}, "an event after the withdrawal opened a session"
        await record(stores.progress, done(4, Verb.REGISTERED, at=30))
        await stores.sessions.touch([replace(beat, at=moment(75))])
        await until(settled(stores))
        assert await stores.sessions.online(["c1"]) == {"c1": 2}
        await record(stores.progress, done(5, Verb.VOIDED, at=40, voids=UUID(int=4)))
        await until(settled(stores))
        assert await stores.sessions.online(["c1"]) == {"c1": 1}, "the void of the last REGISTERED withdraws, too"


async def test_a_repeated_withdrawal_leaves_a_learner_who_enrolled_again(stores: Stores, clock: Clock) -> None:
    beat = Heartbeat(session_id="tab", learner_id="u1", registration=R1, course_key="c1", at=clock())
    await record(stores.progress, done(1, Verb.UNREGISTERED, at=5))
    await record(stores.progress, done(2, Verb.REGISTERED, at=6))
    await stores.sessions.touch([beat])
    async with relaying(stores):
        await until(settled(stores))
    assert await stores.sessions.online(["c1"]) == {"c1": 1}


async def test_opening_an_item_keeps_its_resume_position(stores: Stores, clock: Clock) -> None:
    clock.forward(timedelta(minutes=1))
    async with relaying(stores):
        await record(stores.progress, done(1, Verb.PAUSED, "video", at=1, position=61.5))
        await record(stores.progress, done(2, Verb.LAUNCHED, "video", at=2, session_id="s1"))
        await until(settled(stores))
    assert (await stores.sessions.resume_points([R1]))[R1].position == 61.5
    assert await stores.sessions.unsaved(most=10) == []


async def test_resume_points_of_heartbeats_are_checkpointed(stores: Stores, clock: Clock) -> None:
    beat = Heartbeat(
        session_id="s1", learner_id="u1", registration=R1, course_key="c1", item_key="page", position=7.0, at=clock()
    )
    async with relaying(stores):
        await stores.sessions.touch([beat])

        async def kept() -> bool:
            return R1 in await stores.progress.resume_points([R1])

        await until(kept)
    assert (await stores.progress.resume_points([R1]))[R1].position == 7.0
    assert await stores.sessions.unsaved(most=10) == []


class FaultyTimeline(MemoryTimeline):
    """A timeline that is down, rejects one event, or times out for more than so many events."""

    def __init__(self, *, down: bool = False, refuses: UUID | None = None, at_most: int = 1_000_000) -> None:
        super().__init__()
        self.down = down
        self.appends = 0
        self._refuses = refuses
        self._at_most = at_most

    async def append(self, events: Sequence[Event]) -> None:
        self.appends += 1
        if self.down:
            raise Unavailable("timeline", "down")
        if self._refuses in {event.id for event in events}:
            raise Rejected("timeline", "too long a text")
        if len(events) > self._at_most:
            raise TimeoutError  # as at the end of a lease
        await super().append(events)


async def test_a_consumer_that_is_down_does_not_hold_up_the_other_and_catches_up(stores: Stores) -> None:
    timeline = FaultyTimeline(down=True)
    stores = replace(stores, timeline=timeline)
    events = [done(number, Verb.VIEWED, "page", at=number) for number in range(1, 30)]
    async with stores.live.signals(activity_channel("c1")) as activity, relaying(stores):
        for event in events:
            await record(stores.progress, event)
        await until(settled(stores, Consumer.LIVE))
        async with asyncio.timeout(30):
            assert await anext(aiter(activity)) == frozenset({"activity:c1"})
        assert (await stores.outbox.backlog())[Consumer.TIMELINE].waiting == len(events)
        timeline.down = False
        await until(settled(stores))
    assert sorted(event.id.int for event in await timeline_of(stores)) == list(range(1, 30))


async def test_only_the_rejected_commit_is_skipped(stores: Stores) -> None:
    timeline = FaultyTimeline(refuses=UUID(int=20))
    stores = replace(stores, timeline=timeline)
    for number in range(1, 65):
        await record(stores.progress, done(number, Verb.VIEWED, "page", at=number))
    async with relaying(stores):
        await until(settled(stores))
    assert sorted(event.id.int for event in await timeline_of(stores)) == [*range(1, 20), *range(21, 65)]
    assert timeline.appends <= 20, "bisection needs few attempts"


async def test_deliveries_and_skipped_commits_are_measured(stores: Stores) -> None:
    registry = CollectorRegistry()
    metrics = RelayMetrics(registry)

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"quadrangle_relay_{name}", labels)

    stores = replace(stores, timeline=FaultyTimeline(refuses=UUID(int=2)))
    for number in range(1, 5):
        await record(stores.progress, done(number, Verb.VIEWED, "page", at=number))
    assert value("commits_total", consumer="timeline", outcome="skipped") == 0
    async with relaying(stores, observer=metrics):
        await until(settled(stores))
    assert value("commits_total", consumer="timeline", outcome="delivered") == 3
    assert value("commits_total", consumer="timeline", outcome="skipped") == 1
    assert value("commits_total", consumer="live", outcome="delivered") == 4
    assert value("commits_total", consumer="live", outcome="skipped") == 0
    assert (value("delivery_seconds_count", consumer="timeline") or 0) >= 1
    assert value("partitions") == PARTITIONS


async def test_only_the_rejected_event_of_a_commit_is_skipped(stores: Stores) -> None:
    """What the commit voids is voided all the same."""
    stores = replace(stores, timeline=FaultyTimeline(refuses=UUID(int=3)))
    target, void = done(1, Verb.PLAYED), done(5, Verb.VOIDED, at=5, voids=UUID(int=1))
    async with relaying(stores):
        await record(stores.progress, target)
        await until(settled(stores))
        await record(stores.progress, *(done(number, Verb.PLAYED, at=number) for number in (2, 3, 4)), void)
        await until(settled(stores))
    assert [event.id.int for event in await timeline_of(stores)] == [5, 4, 2]


async def test_a_batch_that_times_out_is_delivered_in_smaller_ones(stores: Stores) -> None:
    timeline = FaultyTimeline(at_most=7)
    stores = replace(stores, timeline=timeline)
    for number in range(1, 65):
        await record(stores.progress, done(number, Verb.VIEWED, "page", at=number))
    async with relaying(stores):
        await until(settled(stores))
    assert len(await timeline_of(stores)) == 64


class StalledTimeline(MemoryTimeline):
    """Times out for its first `times` appends, and remembers the sizes of the others."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self._times = times

    async def append(self, events: Sequence[Event]) -> None:
        if self._times:
            self._times -= 1
            raise TimedOut("timeline", "no answer")
        self.sizes.append(len(events))
        await super().append(events)


async def test_deliveries_that_time_out_together_halve_the_next_ones_once(stores: Stores) -> None:
    """Else one stall of the server leaves deliveries of a single commit."""
    commits, size = 16, DELIVERED_EVENTS // 4
    for commit in range(commits):
        numbers = range(commit * size + 1, (commit + 1) * size + 1)
        await record(stores.progress, *(done(number, Verb.PLAYED, at=number) for number in numbers))
    assert PARTITIONS * commits <= RELAYED_COMMITS, "the relay takes all four batches at once"
    timeline = StalledTimeline(times=4)
    stores = replace(stores, timeline=timeline)
    async with relaying(stores):
        await until(settled(stores, Consumer.TIMELINE))
    assert timeline.sizes[0] == DELIVERED_EVENTS // 2


class SlowForOneEvent(MemoryTimeline):
    """Times out for batches with one event, until `event` is None."""

    def __init__(self, event: UUID) -> None:
        super().__init__()
        self.event: UUID | None = event

    async def append(self, events: Sequence[Event]) -> None:
        if self.event in {event.id for event in events}:
            raise TimeoutError
        await super().append(events)


async def test_a_registration_that_times_out_does_not_hold_up_others(stores: Stores) -> None:
    """It is the first of its partition, and of all."""
    timeline = SlowForOneEvent(UUID(int=1))
    stores = replace(stores, timeline=timeline)
    await record(stores.progress, done(1, Verb.VIEWED, "page"))
    async with relaying(stores):
        for number in range(2, 12):
            await record(stores.progress, done(number, Verb.VIEWED, "page", of=2, at=number))

        async def others() -> bool:
            return len(await timeline_of(stores, "u2")) == 10

        await until(others)
        assert await timeline_of(stores) == []
        timeline.event = None
        await until(settled(stores))
    assert len(await timeline_of(stores)) == 1


class StalledServer(MemoryTimeline):
    """Times out for its first append, which a test applies later."""

    def __init__(self) -> None:
        super().__init__()
        self.late: Sequence[Event] | None = None

    async def append(self, events: Sequence[Event]) -> None:
        if self.late is None:
            self.late = events
            raise TimedOut("timeline", "no answer")
        await super().append(events)


async def test_an_event_that_is_stored_after_its_void_stays_voided(stores: Stores) -> None:
    timeline = StalledServer()
    stores = replace(stores, timeline=timeline)
    target, kept = done(1, Verb.PAUSED, "video", at=1), done(2, Verb.PAUSED, "video", at=2)
    await record(stores.progress, target, kept)
    async with relaying(stores):

        async def timed_out() -> bool:
            return timeline.late is not None

        await until(timed_out)
        void = done(3, Verb.VOIDED, at=3, voids=target.id)
        await record(stores.progress, void)
        await until(settled(stores))
        assert await timeline_of(stores) == [void, kept]
        await timeline.append(timeline.late or ())
        assert await timeline_of(stores) == [void, kept]


async def test_commits_without_slots_get_those_of_the_ledger(stores: Stores) -> None:
    """An older version put them into the outbox."""
    target, kept = done(1, Verb.PAUSED, "video", at=1), done(2, Verb.PAUSED, "page", at=1)
    await record(stores.progress, target, kept)
    await record(stores.progress, done(3, Verb.VOIDED, at=1, voids=target.id))
    assert isinstance(stores.outbox, MemoryOutbox)
    taken = await stores.outbox.take(Consumer.TIMELINE, range(PARTITIONS), most=999)
    stores.outbox.add(
        [
            replace(
                commit,
                events=tuple(replace(event, slot=None) for event in commit.events),
                voided=tuple(replace(event, slot=None) for event in commit.voided),
            )
            for commit in taken
        ],
        consumers=[Consumer.TIMELINE],
    )
    async with relaying(stores):
        await until(settled(stores))
    ledger = await stores.progress.ledger([UUID(int=2), UUID(int=3)])
    found = await timeline_of(stores)
    assert {(event.id, event.slot) for event in found} == {(event.id, event.slot) for event in ledger.values()}


async def test_another_relay_takes_over_when_the_leases_of_a_killed_one_end(stores: Stores, clock: Clock) -> None:
    """A killed relay leaves its claim: its leases were not released."""
    await stores.outbox.claim("killed")
    await record(stores.progress, done(1, Verb.VIEWED, "page"))
    async with relaying(stores):
        await until(lambda: claimed_by(stores.outbox, "relay"))
        assert not await settled(stores)()
        clock.forward(LEASE * 2)
        await until(settled(stores))
    assert len(await timeline_of(stores)) == 1


async def claimed_by(outbox: object, holder: str) -> bool:
    assert isinstance(outbox, MemoryOutbox)
    return holder in outbox.holders


async def test_two_relays_share_the_partitions_and_a_stopped_one_releases_its_own(stores: Stores) -> None:
    async with relaying(stores, "one"):
        async with relaying(stores, "two"):

            async def shared() -> bool:
                return len(await stores.outbox.claim("two")) == PARTITIONS // 2

            await until(shared)
            await record(stores.progress, *(done(number, Verb.VIEWED, "page", of=2) for number in range(5)))
            await until(settled(stores))

        async def alone() -> bool:
            return len(await stores.outbox.claim("one")) == PARTITIONS

        await until(alone)


class SwallowsCancellation(MemoryOutbox):
    """Turns a cancellation of `claim` into an error of the store, or swallows it, as drivers sometimes do."""

    def __init__(self, error: Exception | None) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self._error = error

    async def claim(self, holder: str, *, keeping: Collection[int] = ()) -> frozenset[int]:
        self.asked.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        if self._error is not None:
            raise self._error
        return frozenset()


@pytest.mark.parametrize("error", [Unavailable("outbox", "the connection was lost"), None], ids=["error", "nothing"])
async def test_a_relay_ends_although_a_store_swallows_its_cancellation(stores: Stores, error: Exception | None) -> None:
    outbox = SwallowsCancellation(error)
    async with asyncio.timeout(30), relaying(replace(stores, outbox=outbox)):
        await outbox.asked.wait()


async def test_announcing_ends_although_a_store_swallows_its_cancellation(stores: Stores) -> None:
    asked = asyncio.Event()

    class Lossy(MemoryLive):
        async def signal(self, channels: Collection[str]) -> None:
            asked.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise Unavailable("live", "the connection was lost") from None

    stores = replace(stores, live=Lossy())
    health = Health(stores=stores, backends={}, now=lambda: moment(0))
    async with asyncio.timeout(30), publishing(stores, where="external", holder="a", failures=health):
        await record(stores.progress, done(1, Verb.VIEWED, "page"))
        await asked.wait()


async def test_a_repeated_delivery_changes_nothing(stores: Stores) -> None:
    events = [done(number, Verb.PAUSED, "video", at=number, position=float(number)) for number in range(1, 6)]
    topic = FeedKey(FeedKind.LEARNER, "u1")
    async with stores.live.feed(topic, after=None) as feed:
        await record(stores.progress, *events)
        taken = {consumer: await stores.outbox.take(consumer, range(PARTITIONS), most=999) for consumer in Consumer}
        await stores.timeline.append(taken[Consumer.TIMELINE][0].events)
        await stores.live.publish(taken[Consumer.LIVE])
        async with relaying(stores):
            await until(settled(stores))
        await record(stores.progress, done(9, Verb.COMPLETED, "video", at=9))
        async with relaying(stores):
            await until(settled(stores))
        async with asyncio.timeout(30):
            versions = [(await anext(aiter(feed))).version for _ in range(2)]
    assert versions == [1, 2]
    assert len(await timeline_of(stores)) == 6


async def test_an_external_relay_is_signalled(stores: Stores) -> None:
    health = Health(stores=stores, backends={}, now=lambda: moment(0))
    async with (
        stores.live.signals(OUTBOX_CHANNEL) as signalled,
        publishing(stores, where="external", holder="a", failures=health),
        asyncio.timeout(30),
    ):
        await record(stores.progress, done(1, Verb.VIEWED, "page"))
        assert await anext(aiter(signalled)) == frozenset({OUTBOX_CHANNEL})
    assert not await settled(stores)()
