"""A loaded demo in memory, with stores that can fail, for the tests of its simulated learners."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from gateway.datasets.dataset import Dataset
from gateway.datasets.demo.dataset import demo_dataset, term_start
from gateway.datasets.loader import load
from gateway.simulation.demo_learners import DemoLearners
from stores.domain.catalog import CourseVersion, Item
from stores.domain.events import Event
from stores.domain.progress import Enrollment, Verdict, VerdictStatus
from stores.domain.sessions import Heartbeat
from stores.errors import Unavailable
from stores.memory.outbox import MemoryOutbox
from stores.memory.progress import MemoryProgress
from stores.memory.sessions import MemorySessions
from stores.ports.stores import Stores
from tests.gateway.memory_stores import memory_stores
from tests.gateway.simulation.stepped_clock import SteppedClock
from tests.resolvers import world

LEARNERS = 24
MINUTE = timedelta(minutes=1)


class Progress(MemoryProgress):
    """Keeps what was recorded and the verdicts. `away`: every call fails; `loses_response`: the next call writes, then
    fails."""

    def __init__(self, clock: SteppedClock, outbox: MemoryOutbox) -> None:
        super().__init__(outbox=outbox)
        self._now = clock
        self.away = False
        self.loses_response = False
        self.events: list[Event] = []
        self.seen_at: list[datetime] = []
        self.verdicts: Counter[VerdictStatus] = Counter()

    async def record(
        self,
        events: Sequence[Event],
        *,
        items: Mapping[CourseVersion, Sequence[Item]],
        enrollments: Sequence[Enrollment] = (),
        on_start: Callable[[], None] | None = None,
    ) -> Sequence[Verdict]:
        if self.away:
            raise Unavailable("progress", "cannot be reached")
        verdicts = await super().record(events, items=items, enrollments=enrollments, on_start=on_start)
        if self.loses_response:
            self.loses_response = False
            raise Unavailable("progress", "the connection was lost")
        self.events += events
        self.seen_at += [self._now()] * len(events)
        self.verdicts.update(verdict.status for verdict in verdicts)
        return verdicts


class Sessions(MemorySessions):
    def __init__(self, clock: SteppedClock) -> None:
        super().__init__(now=clock)
        self.away = False
        self.heartbeats: list[Heartbeat] = []

    async def touch(self, heartbeats: Sequence[Heartbeat]) -> None:
        if self.away:
            raise Unavailable("sessions", "cannot be reached")
        self.heartbeats += heartbeats
        await super().touch(heartbeats)


class Campus:
    """A loaded demo, and its simulated learners."""

    def __init__(self) -> None:
        self.clock = SteppedClock()
        outbox = MemoryOutbox(now=self.clock)
        self.progress = Progress(self.clock, outbox)
        self.sessions = Sessions(self.clock)
        self.stores: Stores = replace(
            memory_stores(self.clock), progress=self.progress, sessions=self.sessions, outbox=outbox
        )
        self.dataset: Dataset = demo_dataset(seed=1, learners=LEARNERS, now=self.clock())

    async def load(self) -> "Campus":
        await load(self.dataset, self.stores, now=self.clock)
        self.sessions.heartbeats.clear()
        return self

    def learners(self, *, learners: int = LEARNERS, rate: float = 1.0, resting: Collection[str] = ()) -> DemoLearners:
        return DemoLearners(
            self.stores,
            deadlines=world.DEADLINES,
            seed=1,
            learners=learners,
            term=term_start(self.clock()),
            rate=rate,
            now=self.clock,
            wait=self.clock.wait,
            resting=resting,
        )

    async def simulate(self, minutes: float) -> None:
        await self.clock.run(self.learners().run(), minutes * MINUTE)
