"""What a process remembers of the timeline in InfluxDB: how little it asks, and when it asks again."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from re import findall

import pytest

from stores.domain.calendar import QUARTER
from stores.domain.events import Event, Verb
from stores.errors import Unavailable
from stores.influx.arrivals import EVENTS_AT_ONCE, Place
from stores.influx.client import Influx
from stores.influx.influxql import Script, Series
from stores.influx.memory import PLACE_WEIGHT, UNUSED, Lately
from stores.influx.rollup import guesses
from stores.influx.timeline import InfluxTimeline
from tests.backends import Servers, missing
from tests.influxdb import fresh_influx
from tests.stores.samples import NOON, event
from tests.stores.test_timeline import numbers_of, quarters

Write = Callable[[Sequence[str]], Awaitable[None]]
Fault = Callable[[Write, Sequence[str]], Awaitable[None]]
GONE = Unavailable("timeline", "a test's doing")
MS = timedelta(milliseconds=1)


class Watched(Influx):
    """The same database. What is asked and written is noted; `faults` take the place of so many requests to come."""

    def __init__(self, influx: Influx) -> None:
        self._api = influx._api
        self.database = influx.database
        self.requests: list[str] = []
        self.faults: list[Fault | None] = []

    async def ask(self, script: Script) -> list[list[Series]]:
        self.requests.append("; ".join(script.statements))
        if self.faults and self.faults.pop(0) is not None:
            raise GONE
        return await super().ask(script)

    async def write(self, lines: Sequence[str]) -> None:
        self.requests.append("write")
        fault = self.faults.pop(0) if self.faults else None
        if fault is None:
            await super().write(lines)
        else:
            await fault(super().write, lines)


class Seconds:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def influx(servers: Servers) -> AsyncIterator[Watched]:
    url = servers.influx_url or missing("InfluxDB: there is no influxd")
    async with fresh_influx(url) as found:
        yield Watched(found)


async def asked(influx: Watched, doing: Awaitable[None]) -> list[str]:
    """The requests of the doing: the measurements that are read or deleted from, or "write"."""
    influx.requests.clear()
    await doing
    return [" ".join(dict.fromkeys(findall(r"FROM (\w+)", each))) or each for each in influx.requests]


def some(numbers: Iterable[int], learners: int = 1) -> list[Event]:
    return [event(n, learner_id=f"u{n % learners}", at=NOON + n // 7 * MS, duration_ms=1) for n in numbers]


async def test_what_was_read_and_written_is_not_read_again(influx: Watched) -> None:
    timeline = InfluxTimeline(influx)
    cold = await asked(influx, timeline.append(some(range(50), learners=5)))
    assert cold == ["event attendance", "write", "attendance", "write", "attendance"]
    for start in range(50, 150, 50):
        warm = await asked(influx, timeline.append(some(range(start, start + 50), learners=5)))
        assert warm == ["write", "attendance"]  # the latter: is the roll-up what we wrote?
    assert await asked(influx, timeline.append(some(range(150), learners=5))) == ["write", "attendance"]
    assert await quarters(timeline) == [(NOON, 150, 150)]
    assert sorted(await numbers_of(timeline, "u3")) == list(range(3, 150, 5))


async def test_who_is_new_is_read_alone(influx: Watched) -> None:
    timeline = InfluxTimeline(influx)
    await InfluxTimeline(influx).append(some([8, 9], learners=2))
    await timeline.append(some([0]))
    influx.requests.clear()
    await timeline.append([event(1, learner_id="u0"), event(2, learner_id="u1")])
    [read, *_] = influx.requests
    assert [read.count(f"FROM {measurement}") for measurement in ("event", "attendance")] == [1, 1]
    assert read.count("learner =") == 1
    # A course that is new to a learner who is not: his attendance may be there, his events are known.
    assert (await asked(influx, timeline.append([event(3, learner_id="u0", course_key="c2")])))[0] == "attendance"
    assert await quarters(timeline) == [(NOON, 5, 3)]
    assert await quarters(timeline, "c2") == [(NOON, 1, 0)]


async def test_removals_know_what_appends_did(influx: Watched) -> None:
    timeline = InfluxTimeline(influx)
    await timeline.append(some(range(20), learners=2))
    assert (await asked(influx, timeline.remove(some([1, 2, 3], learners=2))))[0] == "event"  # deletions
    assert await asked(influx, timeline.append(some([3, 20], learners=2))) == ["write", "attendance"]
    assert await quarters(timeline) == [(NOON, 19, 19)]
    assert sorted(await numbers_of(timeline, "u1")) == [3, *range(5, 20, 2)]


async def test_what_nobody_used_for_a_while_is_read_again(influx: Watched) -> None:
    clock = Seconds()
    timeline = InfluxTimeline(influx, clock=clock)
    await timeline.append(some([0]))
    for number in (1, 2):
        clock.now += UNUSED.total_seconds()
        assert await asked(influx, timeline.append(some([number]))) == ["write", "attendance"]
    clock.now += UNUSED.total_seconds() + 1
    await InfluxTimeline(influx).append(some([3]))
    assert (await asked(influx, timeline.append(some([4]))))[0] == "event attendance"
    assert await quarters(timeline) == [(NOON, 5, 5)]


async def test_no_more_is_remembered_than_may_be(influx: Watched) -> None:
    timeline = InfluxTimeline(influx, heaviest=2 * PLACE_WEIGHT + 5)
    await timeline.append(some([1]))
    await timeline.append([event(n, learner_id="x") for n in range(100, 104)])  # both fit
    assert await asked(influx, timeline.append([event(104, learner_id="x")])) == ["write", "attendance"]  # u0 goes
    assert await asked(influx, timeline.append([event(104, learner_id="x")])) == ["write", "attendance"]
    assert (await asked(influx, timeline.append(some([2]))))[0] == "event attendance"
    assert await quarters(timeline) == [(NOON, 7, 2)]


async def test_an_import_is_not_remembered(influx: Watched) -> None:
    timeline = InfluxTimeline(influx)
    await timeline.append(some([0]))
    await timeline.append(some(range(EVENTS_AT_ONCE + 2)))
    assert (await asked(influx, timeline.append(some([1]))))[0] == "event attendance"
    assert await quarters(timeline) == [(NOON, EVENTS_AT_ONCE + 2, EVENTS_AT_ONCE + 2)]


def test_the_least_lately_used_goes_first() -> None:
    clock = Seconds()
    a, b, c, d = (Place(name, 0) for name in "abcd")
    lately: Lately[int] = Lately(lambda value: value, 10, clock)
    lately.keep({a: 3, b: 3, c: 3})
    assert lately.take([a, d]) == {a: 3}
    assert lately.take([a]) == {}  # whoever takes it has it
    lately.keep({a: 4})
    lately.keep({d: 3})
    assert lately.take([a, b, c, d]) == {a: 4, c: 3, d: 3}
    lately.keep({a: 11})
    assert lately.take([a]) == {}
    lately.keep({a: 9})
    clock.now = UNUSED.total_seconds() + 1
    assert lately.take([a]) == {}
    lately.keep({b: 10})
    assert lately.take([b]) == {b: 10}  # what is gone weighs nothing


def test_a_roll_up_that_cannot_be_written_is_not_guessed() -> None:
    a, b, c, d = (Place(name, 0) for name in "abcd")
    assert guesses({a: (1, -5), b: (0, 0), c: (-1, 0), d: (2, 2**63)}) == {a: (1, -5)}


async def test_events_that_are_no_activity_cost_no_deletion(influx: Watched) -> None:
    """A deletion takes InfluxDB a tenth of a second: an import of 30,000 enrolments must not make one for each."""
    timeline = InfluxTimeline(influx)
    await timeline.append([event(n, verb=Verb.REGISTERED, at=NOON + n * QUARTER) for n in range(20)])
    assert not any("DELETE" in request for request in influx.requests)
