"""The timeline in InfluxDB beyond the contract: its layout, its requests, and its errors."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from gateway.embedded.influxd import find_influxd, influxd_of
from gateway.embedded.loopback import free_ports
from gateway.embedded.running_server import RunningServer
from stores.domain.calendar import QUARTER, Span
from stores.domain.events import Event, Verb
from stores.errors import Fault, Rejected, StoreError, TimedOut, Unavailable
from stores.influx.client import Influx, open_influx, refused
from stores.influx.influxql import Series, nanoseconds
from stores.influx.timeline import SEARCHED_FIRST, InfluxTimeline
from tests.backends import missing
from tests.proxy import Proxy, ProxyMode, through_proxy
from tests.stores.influx.holding_proxy import holding
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
    "learner_counts": lambda timeline: timeline.learner_counts(
        ["u1", "u2"], span=SPAN, grain=QUARTER, courses=["c1", "c2"]
    ),
}
CALLS: dict[str, Call] = {
    **READS,
    "append": lambda timeline: timeline.append([event(1)]),
    "void": lambda timeline: timeline.void([event(1)]),
}


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


async def ask(influx: Influx, statement: str) -> list[object]:
    """The rows of a statement."""
    return [row for series in (await influx.ask(statement))[0] for row in series.rows]


async def test_there_is_one_series_for_each_enrolment(influx: Influx) -> None:
    timeline = InfluxTimeline(influx)
    await timeline.append([event(n, course_key=f"c{n % 2}", at=NOON + n * QUARTER) for n in range(6)])
    await timeline.void([event(1, course_key="c1", at=NOON + QUARTER)])
    series = sorted(map(str, await ask(influx, "SHOW SERIES")))
    assert series == ["['interaction,course=c0,learner=u1']", "['interaction,course=c1,learner=u1']"]


async def test_the_old_layout_is_not_read_and_can_be_dropped(influx: Influx) -> None:
    timeline = InfluxTimeline(influx)
    await influx.write(
        [
            f'event,learner=u1 id="x",verb="PLAYED",course="c1" {NOON_NS}'.encode(),
            f"activity,course=c1 events=1i,active_ms=5i {NOON_NS}".encode(),
        ]
    )
    assert await all_of(timeline) == []
    await timeline.append([event(1)])
    assert sorted(await influx.drop_old_layout()) == ["activity", "event"]
    assert await influx.drop_old_layout() == []
    assert await all_of(timeline) == [event(1)]
    assert await ask(influx, "SHOW MEASUREMENTS") == [["interaction"]]


@pytest.mark.parametrize("call", ["append", "void"])
async def test_a_write_is_one_request_and_reads_nothing(call: str, influx_url: str, influx: Influx) -> None:
    async with holding(influx_url, path=influx.database) as (proxy, url), open_influx(url) as near:
        events = [event(n, at=NOON + n * MS, verb_iri="x") for n in range(5_000)]
        task = asyncio.ensure_future(getattr(InfluxTimeline(near), call)(events))
        await proxy.until_held(1)
        await proxy.held[0].release()
        await task
        assert len(proxy.held) == 1
        assert proxy.passed == 0


async def test_large_events_are_cut_into_requests_that_the_server_takes(influx: Influx) -> None:
    timeline = InfluxTimeline(influx)
    events = [event(n, at=NOON + n * MS, extensions={"text": "x" * 60_000}) for n in range(100)]
    await timeline.append(events)
    assert len(await all_of(timeline)) == 100


async def test_events_beyond_the_retention_count_as_stored(influx: Influx, caplog: pytest.LogCaptureFixture) -> None:
    try:
        await ask(influx, f'ALTER RETENTION POLICY "autogen" ON "{influx.database}" DURATION 52w SHARD DURATION 4w')
    except StoreError:
        pytest.skip("the retention of a bucket (2.x) is not changed by a statement")
    timeline = InfluxTimeline(influx)
    fresh = event(3, at=datetime.now(UTC).replace(microsecond=0))
    old = [event(n, at=datetime(2001, 1, 1, tzinfo=UTC), learner_id="secret") for n in (1, 2)]
    with caplog.at_level(logging.WARNING):
        await timeline.append([*old, fresh])
        await timeline.append(old)
    assert influx.beyond_retention == 4
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "secret" not in caplog.text
    assert await all_of(timeline) == [fresh]


async def test_more_rows_than_the_server_answers_at_a_time(influx: Influx) -> None:
    timeline = InfluxTimeline(influx)
    learners = [f"u{number}" for number in range(100)]
    await timeline.append([event(n, learner_id=learners[n % 100], at=NOON + n * MS) for n in range(10_200)])
    pages = await timeline.by_learners(learners, span=None, verbs=None, courses=None, after=None, first=100)
    assert {key: [row.id.int for row in page.rows] for key, page in pages.items()} == {
        f"u{number}": list(range(10_100 + number, number, -100))[:100] for number in range(100)
    }
    assert all(page.has_next for page in pages.values())


@pytest.mark.parametrize("call", READS.values(), ids=READS)
async def test_a_read_is_one_request(call: Call, influx_url: str, influx: Influx) -> None:
    async with through_influx(influx_url, influx) as (proxy, near):
        timeline = InfluxTimeline(near)
        await timeline.append([event(1)])
        before = proxy.chunks_sent
        await call(timeline)
        assert proxy.chunks_sent - before == 1


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_an_unreachable_server_is_unavailable_and_the_error_quotes_nothing(call: Call) -> None:
    async with open_influx("influxdb+http://ann:hush@127.0.0.1:1/q") as unreachable:
        with pytest.raises(Unavailable) as caught:
            await call(InfluxTimeline(unreachable))
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
            await nowhere.write([b"interaction,learner=u id=1 1"])


async def test_preparing_again_changes_nothing(influx: Influx) -> None:
    timeline = InfluxTimeline(influx)
    await timeline.append([event(1)])
    await influx.prepare()
    assert await all_of(timeline) == [event(1)]


async def test_a_write_that_is_stored_in_part_is_reported(influx: Influx) -> None:
    await InfluxTimeline(influx).append([event(1)])
    lines = [f"interaction,learner=u1 id=5i {NOON_NS}", f'interaction,learner=u1 id="x" {NOON_NS}']
    with pytest.raises(Rejected, match="part"):
        await influx.write([line.encode() for line in lines])


async def test_keys_that_are_not_unicode_match_nothing(influx: Influx) -> None:
    timeline = InfluxTimeline(influx)
    await timeline.append([event(1)])
    where: dict[str, Any] = {"span": None, "verbs": None, "after": None, "first": 1}
    assert await timeline.by_learners(["u1"], courses=["\ud800"], **where) == {}
    assert await timeline.by_learners(["\ud800"], courses=None, **where) == {}


@pytest.mark.parametrize(
    ("status", "text", "kind", "fault"),
    [
        (401, '{"code":"unauthorized","message":"Unauthorized"}', Unavailable, Fault.BAD_CREDENTIALS),
        (403, "", Unavailable, Fault.BAD_CREDENTIALS),
        (404, '{"error":"database not found: \\"q\\""}', Unavailable, Fault.MIGRATIONS_PENDING),
        (500, '{"error":"engine is closed"}', Unavailable, Fault.FAILED),
        (500, '{"error":"timeout"}', TimedOut, Fault.TIMEOUT),
        (503, "", Unavailable, Fault.FAILED),
        (504, "", TimedOut, Fault.TIMEOUT),
        (200, "database not found: q", Unavailable, Fault.MIGRATIONS_PENDING),
        (200, "query-timeout limit exceeded", TimedOut, Fault.TIMEOUT),
        (
            400,
            '{"error":"partial write: max-values-per-tag limit exceeded (3/3): … dropped=1"}',
            Unavailable,
            Fault.OVERLOADED,
        ),
        (
            400,
            '{"error":"partial write: max-series-per-database limit exceeded: (5) dropped=1"}',
            Unavailable,
            Fault.OVERLOADED,
        ),
        (422, '{"message":"failure writing points to database: partial write: …"}', Rejected, Fault.FAILED),
        (400, '{"error":"error parsing query: found …"}', Rejected, Fault.FAILED),
        (413, "", Rejected, Fault.FAILED),
        (302, "", Unavailable, Fault.FAILED),
    ],
)
def test_refusals(status: int, text: str, kind: type[StoreError], fault: Fault) -> None:
    error = refused(status, text)
    assert (type(error), error.fault) == (kind, fault)


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
        assert len(await all_of(timeline)) == 2


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
        await running.stop()
    finally:
        running.kill()


class AskedInflux:
    """Counts the requests of reads."""

    def __init__(self, influx: Influx) -> None:
        self._influx = influx
        self.requests = 0

    async def ask(self, *statements: str, values: Mapping[str, str] | None = None) -> list[list[Series]]:
        self.requests += 1
        return await self._influx.ask(*statements, values=values)


class Recorder(Influx):
    """Records the statements, and knows of no points."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    async def ask(self, *statements: str, values: Mapping[str, str] | None = None) -> list[list[Series]]:
        self.statements += statements
        return [[] for _ in statements]


async def test_conditions_on_fields_stay_apart_from_conditions_on_tags() -> None:
    """Side by side, the server copies those on fields for every series: 100 ms for one learner among 30,000."""
    influx = Recorder()
    timeline = InfluxTimeline(influx)
    await timeline.learner_counts(["u1"], span=SPAN, grain=QUARTER, courses=["c1"])
    await timeline.by_learners(["u1"], span=SPAN, verbs=[Verb.PASSED], courses=["c1"], after=None, first=1)
    assert len(influx.statements) == 3
    for statement in influx.statements:
        _, of_tags, around = statement.split(" WHERE ")
        assert "learner" in of_tags
        assert "course" in of_tags
        assert "verb" not in of_tags
        assert ("verb" in around) != statement.startswith("SELECT COUNT(verb)")


async def test_a_page_selects_only_the_fields_that_are_asked_for() -> None:
    influx = Recorder()
    await InfluxTimeline(influx).by_learners(
        ["u1"], span=None, verbs=None, courses=None, after=None, first=1, columns={"score", "at"}
    )
    assert [statement.split()[1] for statement in influx.statements] == ["course,voided,verb,score"]


async def test_a_search_for_frequent_verbs_reads_the_newest_points_only(influx: Influx) -> None:
    """Without enough of them there, all points are searched."""
    timeline = InfluxTimeline(influx)
    rare = [event(n, verb=Verb.PASSED, at=NOON + n * MS) for n in range(3)]
    await timeline.append([*rare, *(event(n, at=NOON + n * MS) for n in range(3, 3 + 2 * SEARCHED_FIRST))])
    asked = AskedInflux(influx)
    for verb, found, requests in ((Verb.PLAYED, 2, 1), (Verb.PASSED, 2, 2), (Verb.RATED, 0, 2)):
        asked.requests = 0
        pages = await InfluxTimeline(cast(Influx, asked)).by_learners(
            ["u1"], span=None, verbs=[verb], courses=None, after=None, first=2
        )
        assert [row.verb for page in pages.values() for row in page.rows] == [verb] * found
        assert asked.requests == requests


async def test_a_search_for_verbs_that_reads_all_points_at_once_is_one_request(influx: Influx) -> None:
    await InfluxTimeline(influx).append([event(n, at=NOON + n * MS) for n in range(30)])
    asked = AskedInflux(influx)
    for verb in (Verb.PLAYED, Verb.RATED):
        timeline = InfluxTimeline(cast(Influx, asked))
        await timeline.by_learners(["u1", "u2"], span=None, verbs=[verb], courses=None, after=None, first=50)
    assert asked.requests == 2
