"""No answer is older than promised, whatever is read and written at once, and whatever happens to announcements."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.data.dataloaders import StorePath
from resolvers.data.shared_reads.change_watch import ChangeWatch
from resolvers.data.shared_reads.sharing import Sharing
from stores.memory.live import MemoryLive
from stores.ports.stores import Stores
from tests.resolvers.data.shared_reads.controlled_reads import Seconds, loaders_over, shared_reads, turns

Path = StorePath[str, Any, int]
PROMISE = 2.0
KEYS = "ab"
TIMES = [0.4, 0.9, 1.1, 2.1]


@dataclass
class Write:
    """A write of a version. `answered_at`: when its writer was answered; `known`: it was announced to this process, or
    made in it."""

    key: str
    version: int
    local: bool
    answered_at: float | None = None
    known: bool = False


class Reading:
    """A call of the store under way: it sees the versions of some moment between its begin and its end."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = keys
        self.seen: dict[str, int] | None = None
        self.ended = asyncio.Event()


@dataclass
class Query:
    """A query, and the least version of each key that it may return."""

    answer: "asyncio.Future[Mapping[str, int]]"
    least: Mapping[str, int]


class World:
    """A store, a process that reads it, and a channel that delivers late, or loses what it has."""

    def __init__(self) -> None:
        self.clock = Seconds()
        self.shared = shared_reads(self.clock)
        self.watch = ChangeWatch(MemoryLive(), self.shared, name="this")
        self.versions = dict.fromkeys(KEYS, 0)
        self.writes: list[Write] = []
        self.readings: list[Reading] = []
        self.queries: list[Query] = []
        self.channel: list[Write | float] = []
        self.connected = True
        self.announced: Path = StorePath("profiles", "by_ids", self._read, shared=Sharing.ANNOUNCED)
        self.brief: Path = StorePath("activity", "by_courses", self._read, shared=Sharing.BRIEF)

    async def _read(self, stores: Stores, keys: Sequence[str], args: Any) -> Mapping[str, int]:
        reading = Reading(keys)
        self.readings.append(reading)
        await reading.ended.wait()
        return self._see(reading)

    def _see(self, reading: Reading) -> dict[str, int]:
        if reading.seen is None:
            reading.seen = {key: self.versions[key] for key in reading.keys}
        return reading.seen

    async def query(self, keys: str, *, announced: bool) -> None:
        path = self.announced if announced else self.brief
        answer = asyncio.ensure_future(
            loaders_over(self.shared, stores=("profiles", "activity")).load_many(path, list(keys), ())
        )
        self.queries.append(Query(answer, {key: self._least(key, announced=announced) for key in keys}))

    def _least(self, key: str, *, announced: bool) -> int:
        limit = self.clock() - PROMISE
        must = [
            write.version
            for write in self.writes
            if write.key == key
            and write.answered_at is not None
            and (write.answered_at < limit or (announced and write.known))
        ]
        return max(must, default=0)

    def look(self, number: int) -> None:
        """A call sees the store now."""
        if self.readings:
            self._see(self.readings[number % len(self.readings)])

    def end(self, number: int) -> None:
        """A call returns what it has seen."""
        if self.readings:
            self.readings.pop(number % len(self.readings)).ended.set()

    def write(self, key: str, *, local: bool) -> None:
        self.versions[key] += 1
        self.writes.append(Write(key, self.versions[key], local))

    def answer(self, number: int) -> None:
        """A write is announced and then answered."""
        waiting = [write for write in self.writes if write.answered_at is None]
        if not waiting:
            return
        write = waiting[number % len(waiting)]
        if write.local:
            self.shared.invalidate("profiles", [write.key])
            write.known = True
        elif self.connected:
            self.channel.append(write)
        write.answered_at = self.clock()

    def beat(self) -> None:
        if self.connected:
            self.channel.append(self.clock())

    def deliver(self, count: int) -> None:
        for each in self.channel[:count]:
            if isinstance(each, Write):
                each.known = True
        messages = [
            f"profiles {each.key}" if isinstance(each, Write) else f"beat this {each!r}"
            for each in self.channel[:count]
        ]
        del self.channel[:count]
        self.watch.receive(frozenset(messages))

    def switch(self) -> None:
        """The connection is lost, or there again."""
        self.connected = not self.connected
        self.channel.clear()
        self.watch.receive(None)

    def forward(self, seconds: float) -> None:
        self.clock.now += seconds

    async def check(self) -> None:
        await turns()
        for query in [each for each in self.queries if each.answer.done()]:
            self.queries.remove(query)
            answer = query.answer.result()
            assert {key: answer[key] >= least for key, least in query.least.items()} == dict.fromkeys(query.least, True)


NUMBERS = st.integers(0, 5)
STEPS = st.one_of(
    st.tuples(st.just("query"), st.sampled_from(["a", "b", "ab"]), st.booleans()),
    st.tuples(st.just("write"), st.sampled_from(KEYS), st.booleans()),
    st.tuples(st.just("forward"), st.sampled_from(TIMES)),
    *(st.tuples(st.just(name), NUMBERS) for name in ("look", "end", "answer", "deliver")),
    *(st.tuples(st.just(name)) for name in ("beat", "switch")),
)


async def run(steps: Sequence[Any]) -> None:
    world = World()
    for name, *arguments in steps:
        if name == "query":
            await world.query(arguments[0], announced=arguments[1])
        elif name == "write":
            world.write(arguments[0], local=arguments[1])
        else:
            getattr(world, name)(*arguments)
        await world.check()
    while world.readings:
        world.end(0)
        await world.check()
    assert world.queries == []


@settings(max_examples=300)
@given(st.lists(STEPS, min_size=10, max_size=60))
def test_no_answer_is_older_than_promised(steps: Sequence[Any]) -> None:
    asyncio.run(run(steps))
