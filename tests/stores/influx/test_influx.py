"""What only the timeline in InfluxDB promises: its layout, its requests, and what it says when something is wrong."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from gateway.embedded.influxd import find_influxd, influxd_of
from gateway.embedded.loopback import free_ports
from gateway.embedded.running_server import RunningServer
from stores.domain.calendar import QUARTER, Span
from stores.domain.events import Event, Verb
from stores.domain.timeline import Quarter
from stores.errors import Rejected, StoreError, TimedOut, Unavailable
from stores.influx.around import Around
from stores.influx.arrivals import TRIES, arrivals_of
from stores.influx.client import Influx, open_influx, refused
from stores.influx.deleting import Point
from stores.influx.influxql import NS_OF_MS, Script, nanoseconds
from stores.influx.keeping import attended
from stores.influx.kept import Attendance, Kept
from stores.influx.lines import slot_of
from stores.influx.timeline import InfluxTimeline
from tests.backends import INFLUXD_BIN, Servers, missing
from tests.influxdb import fresh_influx
from tests.proxy import Proxy, ProxyMode, through_proxy
from tests.stores.samples import NOON, event

MS = timedelta(milliseconds=1)
NOON_NS = nanoseconds(NOON)
SPAN = Span(NOON, NOON + QUARTER)
Call = Callable[[InfluxTimeline], Awaitable[object]]
READS: dict[str, Call] = {
    "ping": lambda timeline: timeline.ping(),
    "by_learners": lambda timeline: timeline.by_learners(
        [f"u{number}" for number in range(100)], span=None, verbs=None, courses=None, after=None, first=100
    ),
    "learner_quarters": lambda timeline: timeline.learner_quarters(["u1", "u2"], span=SPAN, courses=["c1", "c2"]),
    "course_quarters": lambda timeline: timeline.course_quarters(["c1", "c2"], span=SPAN),
    "course_learners": lambda timeline: timeline.course_learners(["c1", "c2"], windows=[SPAN] * 30),
}
CALLS: dict[str, Call] = {
    **READS,
    "append": lambda timeline: timeline.append([event(1)]),
    "remove": lambda timeline: timeline.remove([event(1)]),
}
MEETING = [event(2009), event(2302), event(1)]
"""The first two want the same slot of the same millisecond."""


@pytest.fixture(params=["influx", "influx2"] if INFLUXD_BIN else ["influx"])
def influx_url(request: pytest.FixtureRequest, servers: Servers) -> str:
    if request.param == "influx2":
        return servers.influx2_url or missing("InfluxDB 2: INFLUXD_BIN names none")
    return servers.influx_url or missing("InfluxDB: there is no influxd")


@pytest.fixture
async def influx(influx_url: str) -> AsyncIterator[Influx]:
    async with fresh_influx(influx_url) as found:
        yield found


@asynccontextmanager
async def through_influx(
    url: str, influx: Influx, *, answer_within: timedelta = timedelta(seconds=10)
) -> AsyncIterator[tuple[Proxy, Influx]]:
    """The same database through a proxy."""
    async with (
        through_proxy(url, path=influx.database) as (proxy, near_url),
        open_influx(near_url, answer_within=answer_within) as near,
    ):
        yield proxy, near


async def all_of(timeline: InfluxTimeline, learner_id: str = "u1") -> list[Event]:
    pages = await timeline.by_learners([learner_id], span=None, verbs=None, courses=None, after=None, first=100)
    return list(pages[learner_id].rows) if pages else []


async def quarter_of(timeline: InfluxTimeline) -> tuple[int, int]:
    [quarter] = (await timeline.course_quarters(["c1"], span=SPAN))["c1"]
    return quarter.events, quarter.active_ms


@pytest.mark.parametrize("places", list(permutations(range(3))), ids=str)
async def test_events_that_want_one_slot_are_all_kept_in_whatever_order(influx: Influx, places: list[int]) -> None:
    order = [MEETING[place] for place in places]
    assert slot_of(MEETING[0].id.bytes, NS_OF_MS) == slot_of(MEETING[1].id.bytes, NS_OF_MS)
    timeline = InfluxTimeline(influx)
    for each in order:
        await timeline.append([each])
    kept = await all_of(timeline)
    assert {each.id for each in kept} == {each.id for each in MEETING}
    await timeline.append(MEETING)
    assert await all_of(timeline) == kept
    await timeline.remove([order[0]])  # the second, which gave way to it, stays where it is
    await timeline.append(order[1:])
    assert await all_of(timeline) == [each for each in kept if each.id != order[0].id]
    assert await quarter_of(timeline) == (2, 0)


async def test_they_are_kept_when_appended_at_the_same_moment(influx: Influx) -> None:
    timeline = InfluxTimeline(influx)
    await asyncio.gather(*(timeline.append([each]) for each in MEETING))
    assert len(await all_of(timeline)) == 3
    assert await quarter_of(timeline) == (3, 0)


async def test_appending_again_removes_what_earlier_versions_counted(influx: Influx) -> None:
    """They counted every verb. `rebuild timeline` appends the whole ledger again."""
    both = [event(1, verb=Verb.REGISTERED), event(2, at=NOON + MS, duration_ms=5)]
    alone = event(3, verb=Verb.REGISTERED, at=NOON + QUARTER)
    await InfluxTimeline(influx).append([*both, alone])
    [seat, later] = [arrival.seat for arrival in arrivals_of([both[0], alone])]
    await influx.write(
        [f'attendance,course=c1 learner="u1",events={n}i,active_ms=5i {at}' for n, at in ((2, seat), (1, later))]
        + [f"activity,course=c1 events={n}i,active_ms=5i {nanoseconds(at)}" for n, at in ((2, NOON), (1, alone.at))]
    )
    timeline = InfluxTimeline(influx)
    whole = Span(NOON, NOON + 2 * QUARTER)
    assert len((await timeline.course_quarters(["c1"], span=whole))["c1"]) == 2
    await timeline.append([*both, alone])
    assert (await timeline.course_quarters(["c1"], span=whole))["c1"] == [Quarter(start=NOON, events=1, active_ms=5)]
    windows = [SPAN, Span(NOON + QUARTER, NOON + 2 * QUARTER)]
    assert (await timeline.course_learners(["c1"], windows=windows)).get("c1") == {NOON: 1}


def test_learners_whose_attendances_want_one_slot_get_one_each() -> None:
    [mine] = arrivals_of([event(1, learner_id="me", duration_ms=5)])
    around = Around({mine.learner: Kept()})
    around.quarters[mine.learner].add(1, NOON_NS, "c1", Verb.PLAYED, 5)
    around.taken[mine.course].update(range(mine.seat, mine.seat + TRIES - 1))
    assert attended([mine], around, []) == [
        f'attendance,course=c1 learner="me",events=1i,active_ms=5i {mine.seat + TRIES - 1}'
    ]


def test_an_attendance_stays_where_it_is_and_goes_with_the_last_event() -> None:
    [mine] = arrivals_of([event(1, learner_id="me")])
    kept = Kept()
    kept.add(1, NOON_NS, "c1", Verb.PLAYED, None)
    kept.add(2, NOON_NS + 1, "c1", Verb.PLAYED, 0)
    kept.attendances["c1"] = Attendance(mine.seat + 3, (1, 0))
    around = Around({mine.learner: kept}, {mine.course: (7, 70)})
    assert attended([mine], around, []) == [f'attendance,course=c1 learner="me",events=2i,active_ms=0i {mine.seat + 3}']
    assert around.totals == {mine.course: (8, 70)}
    assert [kept.take_out(number) for number in (1, 2, 2)] == [NOON_NS, NOON_NS + 1, None]
    deletions: list[Point] = []
    assert attended([mine], around, deletions) == []
    assert deletions == [Point("attendance", "learner", ("course", "c1"), mine.seat + 3)]
    assert around.totals == {mine.course: (6, 70)}


async def test_a_course_is_no_tag_of_events(influx: Influx) -> None:
    await InfluxTimeline(influx).append([event(n, course_key=f"c{n}", at=NOON + n * QUARTER) for n in range(5)])
    script = Script()
    script.statements.append("SHOW SERIES FROM event")
    assert [row for series in (await influx.ask(script))[0] for row in series.rows] == [["event,learner=u1"]]


async def test_what_a_crash_left_half_done_is_mended_by_the_repeat(influx: Influx) -> None:
    timeline = InfluxTimeline(influx)
    events = [event(number, duration_ms=5) for number in range(3)]
    await timeline.append(events)
    for measurement in ("attendance", "activity"):
        script = Script()
        script.delete(of=measurement, where=["time > 0"])
        await influx.ask(script)
    assert dict(await timeline.course_quarters(["c1"], span=SPAN)) == {}
    timeline = InfluxTimeline(influx)  # the process that comes after the one that crashed
    await timeline.append(events[:1])
    assert await quarter_of(timeline) == (3, 15)
    assert (await timeline.course_learners(["c1"], windows=[SPAN]))["c1"] == {NOON: 1}


async def test_two_processes_at_once_leave_the_right_roll_up(influx: Influx) -> None:
    events = [event(number, learner_id=f"u{number}", duration_ms=1) for number in range(40)]
    timelines = [InfluxTimeline(influx) for _ in range(4)]
    await asyncio.gather(*(timelines[n % 4].append(events[n * 5 : n * 5 + 5]) for n in range(8)))
    assert await quarter_of(timelines[0]) == (40, 40)


async def test_more_rows_than_the_server_answers_at_a_time(influx: Influx) -> None:
    timeline = InfluxTimeline(influx)
    learners = [f"u{number}" for number in range(100)]
    await timeline.append([event(n, learner_id=learners[n % 100], at=NOON + n * MS) for n in range(10_200)])
    pages = await timeline.by_learners(learners, span=None, verbs=None, courses=None, after=None, first=100)
    assert {key: [row.id.int for row in page.rows] for key, page in pages.items()} == {
        f"u{number}": list(range(10_100 + number, number, -100))[:100] for number in range(100)
    }
    assert all(page.has_next for page in pages.values())
    assert await quarter_of(timeline) == (10_200, 0)


async def test_an_import_may_be_repeated_into_what_others_have_stored(influx: Influx) -> None:
    timeline = InfluxTimeline(influx)
    events = [event(n, learner_id=f"u{n % 300}", at=NOON + n // 700 * MS, duration_ms=1) for n in range(2_000)]
    others = [event(n, learner_id=f"v{n % 300}", at=NOON + n // 3 * MS) for n in range(2_000, 2_300)]
    await timeline.append(events[:500] + others)
    for _ in range(2):
        await timeline.append(events)
        found = await timeline.by_learners(
            [f"u{n}" for n in range(300)], span=None, verbs=None, courses=None, after=None, first=100
        )
        assert sorted(row.id.int for page in found.values() for row in page.rows) == list(range(2_000))
        assert await quarter_of(timeline) == (2_300, 2_000)
        assert (await timeline.course_learners(["c1"], windows=[SPAN]))["c1"] == {NOON: 600}


@pytest.mark.parametrize("call", READS.values(), ids=READS)
async def test_a_read_is_one_request(call: Call, influx_url: str, influx: Influx) -> None:
    async with through_influx(influx_url, influx) as (proxy, near):
        timeline = InfluxTimeline(near)
        await timeline.append([event(1)])
        before = proxy.chunks_sent
        await call(timeline)
        assert proxy.chunks_sent - before == 1


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_nobody_there_is_unavailable_and_nothing_is_told(call: Call) -> None:
    async with open_influx("influxdb+http://ann:hush@127.0.0.1:1/q") as nobody:
        with pytest.raises(Unavailable) as caught:
            await call(InfluxTimeline(nobody))
    assert "hush" not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "influxdb+http://ann:hush@host:port/q",
        "influxdb+http://ann:hush@host:1/",
        "influxdb+http://ann:hush@/q",
        "influxdb+http://ann:hush@host/q?org=x",
        "http://ann:hush@host/q",
        "hush",
    ],
)
async def test_a_malformed_url_is_rejected_and_not_quoted(url: str) -> None:
    with pytest.raises(Rejected) as caught:
        async with open_influx(url):
            pass
    assert "hush" not in str(caught.value)


async def test_an_unknown_database_is_unavailable(influx_url: str) -> None:
    async with open_influx(influx_url.rpartition("/")[0] + "/nowhere") as nowhere:
        timeline = InfluxTimeline(nowhere)
        for call in CALLS.values():
            with pytest.raises(Unavailable):
                await call(timeline)
        with pytest.raises(Unavailable):
            await nowhere.write(["event,learner=u id=1 1"])


async def test_preparing_again_changes_nothing(influx: Influx) -> None:
    timeline = InfluxTimeline(influx)
    await timeline.append([event(1)])
    await influx.prepare()
    assert await all_of(timeline) == [event(1)]


async def test_a_write_that_is_kept_in_part_is_reported(influx: Influx) -> None:
    await InfluxTimeline(influx).append([event(1)])
    with pytest.raises(Rejected, match="part"):
        await influx.write([f"event,learner=u1 id=5i {NOON_NS}", f'event,learner=u1 id="x" {NOON_NS}'])


async def test_text_that_is_not_unicode_is_rejected(influx: Influx) -> None:
    timeline = InfluxTimeline(influx)
    with pytest.raises(Rejected):
        await timeline.by_learners(["u1"], span=None, verbs=None, courses=["\ud800"], after=None, first=1)
    assert await timeline.by_learners(["\ud800"], span=None, verbs=None, courses=None, after=None, first=1) == {}


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (401, '{"code":"unauthorized","message":"Unauthorized"}', Unavailable),
        (403, "", Unavailable),
        (404, '{"error":"database not found: \\"q\\""}', Unavailable),
        (500, '{"error":"engine is closed"}', Unavailable),
        (500, '{"error":"timeout"}', TimedOut),
        (503, "", Unavailable),
        (504, "", TimedOut),
        (200, "database not found: q", Unavailable),
        (200, "query-timeout limit exceeded", TimedOut),
        (400, '{"error":"partial write: max-values-per-tag limit exceeded (3/3): … dropped=1"}', Unavailable),
        (400, '{"error":"partial write: max-series-per-database limit exceeded: (5) dropped=1"}', Unavailable),
        (400, '{"error":"partial write: points beyond retention policy dropped=1"}', Rejected),
        (422, '{"message":"failure writing points to database: partial write: …"}', Rejected),
        (400, '{"error":"error parsing query: found …"}', Rejected),
        (413, "", Rejected),
        (302, "", Unavailable),
    ],
)
def test_refusals(status: int, text: str, kind: type[StoreError]) -> None:
    assert type(refused(status, text)) is kind


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_no_answer_in_time(call: Call, influx_url: str, influx: Influx) -> None:
    async with through_influx(influx_url, influx, answer_within=timedelta(milliseconds=100)) as (proxy, near):
        proxy.switch(ProxyMode.STALL)
        with pytest.raises(TimedOut):
            await call(InfluxTimeline(near))


async def test_connections_that_were_cut_are_made_again(influx_url: str, influx: Influx) -> None:
    async with through_influx(influx_url, influx) as (proxy, near):
        timeline = InfluxTimeline(near)
        await timeline.append([event(1)])
        proxy.switch(ProxyMode.CUT)
        with pytest.raises(Unavailable):
            await timeline.append([event(2)])
        proxy.switch(ProxyMode.PASS)
        await timeline.append([event(2)])
        assert len(await all_of(timeline)) == 2


async def test_a_call_that_was_given_up_spoils_no_other(influx_url: str, influx: Influx) -> None:
    async with through_influx(influx_url, influx) as (proxy, near):
        timeline = InfluxTimeline(near)
        await timeline.append([event(1), event(2, learner_id="u2")])
        proxy.switch(ProxyMode.STALL)
        for given_up in (all_of(timeline), timeline.append([event(3)])):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(given_up, 0.05)
        proxy.switch(ProxyMode.PASS)
        assert await all_of(timeline, "u2") == [event(2, learner_id="u2")]
        await timeline.append([event(3)])
        assert await quarter_of(timeline) == (3, 0)


async def test_a_server_that_comes_back_is_used_again(tmp_path: Path) -> None:
    program = find_influxd() or missing("InfluxDB: there is no influxd")
    server = influxd_of(program)
    [port] = free_ports([server.role], {}, tmp_path).values()
    running = RunningServer(server, data=tmp_path / "data", port=port, changed=lambda started: None)
    try:
        await running.start()
        async with open_influx(server.url(tmp_path / "data", port)) as influx:
            timeline = InfluxTimeline(influx)
            await timeline.append([event(1)])
            await running.stop()
            for _ in range(2):
                with pytest.raises(Unavailable):
                    await timeline.ping()
            await running.start()
            assert await all_of(timeline) == [event(1)]
            assert dict(await timeline.course_quarters(["c1"], span=SPAN)) == {
                "c1": [Quarter(start=NOON, events=1, active_ms=0)]
            }
        await running.stop()
    finally:
        running.kill()
