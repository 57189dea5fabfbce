"""Progress in SQL beyond its contract: several gateways at once, and a server that is away, slow or silent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from stores.domain.calendar import Span
from stores.domain.catalog import CourseVersion
from stores.domain.events import Event, Verb
from stores.domain.keys import MAX_KEY_BYTES
from stores.domain.outbox import PARTITIONS, Consumer
from stores.domain.rebuilds import Rebuild
from stores.errors import Conflict, Rejected, StoreError, TimedOut, Unavailable
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import open_pool
from stores.sql.core.transact import RetryLimits
from stores.sql.outbox.outbox import SqlOutbox
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, fresh_sql
from tests.proxy import ProxyMode, through_proxy
from tests.stores.learning import C2, done, enroll, enrollment, fitted, moment, record
from tests.stores.samples import item

R = [UUID(int=number) for number in range(10)]
READS: dict[str, Callable[[SqlProgress], Awaitable[Any]]] = {
    "ping": lambda progress: progress.ping(),
    "by_registrations": lambda progress: progress.by_registrations(R),
    "by_learners": lambda progress: progress.by_learners(["u1", "u2"], states=None, courses=None, after=None, first=5),
    "by_courses": lambda progress: progress.by_courses(["c1", "c2"], states=None, after=None, first=5),
    "count_by_learners": lambda progress: progress.count_by_learners(["u1", "u2"], states=None, courses=None),
    "count_by_courses": lambda progress: progress.count_by_courses(["c1", "c2"], states=None),
    "course_progress": lambda progress: progress.course_progress(R),
    "item_progress": lambda progress: progress.item_progress(R),
    "attempts": lambda progress: progress.attempts(R, item=None, after=None, first=5),
    "certificates": lambda progress: progress.certificates(R),
    "certificates_by_code": lambda progress: progress.certificates_by_code(["code"]),
    "resume_points": lambda progress: progress.resume_points(R),
    "rebuild_position": lambda progress: progress.rebuild_position(Rebuild.TIMELINE),
    "enrollments_after": lambda progress: progress.enrollments_after(R[1], most=5),
    "count_enrollments": lambda progress: progress.count_enrollments(after=R[1]),
    "live_events": lambda progress: progress.live_events(R, span=Span(moment(0), moment(9))),
}


@pytest.fixture
async def url(servers: Servers) -> AsyncIterator[str]:
    """The URL of a database with two enrolments."""
    async with fresh_sql(servers) as url:
        async with open_pool(url, size=1) as pool:
            await migrate(pool, "progress")
            await enroll(SqlProgress(pool), enrollment(1), enrollment(2, pin=C2))
        yield url


@pytest.mark.parametrize("read", READS.values(), ids=READS)
async def test_every_read_is_one_round_trip(url: str, read: Callable[[SqlProgress], Awaitable[Any]]) -> None:
    async with through_proxy(url) as (proxy, there), open_pool(there, size=1) as pool:
        progress = SqlProgress(pool)
        await read(progress)  # connects, and prepares the statement
        before = proxy.chunks_sent
        await read(progress)
        assert proxy.chunks_sent - before == 1


async def test_recording_many_events_takes_as_many_round_trips_as_one(url: str) -> None:
    """Sessions cost one read more, and only where an event has a session and a duration."""

    def batch(first: int, count: int, session: str | None) -> list[Event]:
        fields = {} if session is None else {"session_id": session, "duration_ms": 5}
        return [done(first + n, Verb.PLAYED, "video", of=1, at=first + n, **fields) for n in range(count)]

    async with through_proxy(url) as (proxy, there), open_pool(there, size=1) as pool:
        progress = SqlProgress(pool)
        asked: dict[tuple[int, str | None], int] = {}
        for _ in range(2):  # the first round prepares the statements
            for count in (1, 20):
                for session in (None, "s"):
                    before = proxy.chunks_sent
                    await record(progress, *batch(1_000 * before, count, session))
                    asked[count, session] = proxy.chunks_sent - before
    assert asked[20, None] == asked[1, None]
    assert asked[20, "s"] == asked[1, "s"] == asked[1, None] + 1


async def test_a_digest_that_an_older_gateway_stored_is_no_conflict(url: str) -> None:
    """It hashed 1.0 and 1 differently."""
    old, same, other = (done(1, Verb.VIEWED, "page", extensions={"x": value}) for value in (1.0, 1, 2))
    async with open_pool(url, size=1) as pool:
        progress = SqlProgress(pool)
        assert await record(progress, old) == ["ACCEPTED"]
        await pool.execute("UPDATE event_ledger SET body_sha256 = sha256('written with 1.0')")
        assert await record(progress, old, same, other) == ["DUPLICATE", "DUPLICATE", "CONFLICT"]
        assert await record(progress, replace(old, registration=R[2], learner_id="u2", course_key="c2")) == ["CONFLICT"]


async def record_with_retries(progress: SqlProgress, *events: Event) -> list[str]:
    """Retry on Conflict, as clients do: on a slow server a writer may exceed its attempts."""
    while True:
        with suppress(Conflict):
            return await record(progress, *events)


async def test_several_gateways_lose_nothing(url: str) -> None:
    chance = Random(7)
    async with open_pool(url, size=8) as pool:
        gateways = [SqlProgress(pool, retry_limits=RetryLimits(draw=chance.random)) for _ in range(6)]
        await enroll(gateways[0], *(enrollment(number) for number in range(3, 8)))

        async def write(gateway: int) -> list[UUID]:
            wrote = []
            for batch in range(10):
                numbers = [10_000 * (1 + gateway) + 10 * batch + place for place in range(4)]
                events = [done(n, Verb.ANSWERED, "quiz", of=chance.randint(3, 7), duration_ms=1, at=n) for n in numbers]
                assert await record_with_retries(gateways[gateway], *events) == ["ACCEPTED"] * 4
                wrote += [event.registration for event in events]
            return wrote

        of = [key for wrote in await asyncio.gather(*map(write, range(6))) for key in wrote]
        courses, items = await gateways[1].course_progress(R), await gateways[2].item_progress(R)
    for key in set(of):
        assert items[key]["quiz"].attempts == courses[key].time_spent_ms == of.count(key)
        assert courses[key].version <= of.count(key)


async def test_gateways_at_once_issue_one_certificate(url: str) -> None:
    async with open_pool(url, size=8) as pool:
        gateways = [SqlProgress(pool) for _ in range(5)]
        outcomes = await asyncio.gather(
            *(
                record(gateway, done(number, Verb.VIEWED, "page", of=2, course_key="c2"))
                for number, gateway in enumerate(gateways, 1)
            )
        )
        assert outcomes == [["ACCEPTED"]] * 5
        assert await pool.fetchval("SELECT count(*) FROM certificates") == 1


async def test_writers_of_one_gateway_share_transactions(url: str) -> None:
    async with open_pool(url, size=1) as pool:
        progress = SqlProgress(pool)
        outcomes = await asyncio.gather(
            *(record(progress, done(number, Verb.ANSWERED, "quiz")) for number in range(1, 30)),
            record(progress, done(1, Verb.ANSWERED, "quiz"), done(2, Verb.PASSED, "quiz"), done(99, Verb.PLAYED, of=9)),
        )
        assert outcomes == [*[["ACCEPTED"]] * 29, ["DUPLICATE", "CONFLICT", "UNKNOWN_REGISTRATION"]]
        courses = await progress.course_progress(R)
    assert courses[R[1]].version == 1


async def test_events_that_cannot_be_kept_do_not_affect_other_callers(url: str) -> None:
    async with open_pool(url, size=1) as pool:
        progress = SqlProgress(pool)
        good = [record(progress, done(number, Verb.VIEWED, "page")) for number in range(1, 6)]
        bad = record(progress, done(6, Verb.VIEWED, "page", session_id="a\0b"))
        *outcomes, nul = await asyncio.gather(*good, bad, return_exceptions=True)
        assert outcomes == [["ACCEPTED"]] * 5
        assert isinstance(nul, Rejected)


async def test_keys_that_do_not_fit_an_index_are_rejected_and_keys_of_the_longest_size_fit(url: str) -> None:
    """Random text, which the server cannot compress."""
    random = Random(15)

    def key(size: int) -> str:
        return "".join(chr(random.randint(0x4E00, 0x9FA5)) for _ in range(size // 3))

    async with open_pool(url, size=1) as pool:
        progress = SqlProgress(pool)
        too_long = CourseVersion(key(1_500), 1)
        with pytest.raises(Rejected):
            await progress.enroll([enrollment(5, pin=too_long, learner_id=key(1_500))], items={too_long: ()})
        longest = CourseVersion(key(MAX_KEY_BYTES), 1)
        row = enrollment(6, pin=longest, learner_id=key(MAX_KEY_BYTES))
        items = {longest: (item(key(MAX_KEY_BYTES)),)}
        assert await progress.enroll([row], items=items) == 1
        sent = done(1, Verb.PLAYED, items[longest][0].key, session_id=key(MAX_KEY_BYTES), duration_ms=1)
        verdicts = await progress.record([fitted(sent, row)], items=items)
        assert [verdict.code for verdict in verdicts] == [None]


async def test_a_cancelled_writer_does_not_block_others(url: str) -> None:
    async with open_pool(url, size=1) as pool:
        progress = SqlProgress(pool)
        first = asyncio.create_task(record(progress, done(1, Verb.VIEWED, "page")))
        given_up = asyncio.create_task(record(progress, done(2, Verb.VIEWED, "page")))
        last = asyncio.create_task(record(progress, done(3, Verb.VIEWED, "page")))
        await asyncio.sleep(0)
        given_up.cancel()
        assert await first == await last == ["ACCEPTED"]
        assert given_up.cancelled()
        assert await record(progress, done(2, Verb.VIEWED, "page")) == ["ACCEPTED"]


async def test_an_unreachable_server_is_reported_and_used_again_later(url: str) -> None:
    async with through_proxy(url) as (proxy, there):
        proxy.switch(ProxyMode.CUT)
        async with open_pool(there) as pool:
            progress = SqlProgress(pool)
            for _ in range(2):
                for call in (
                    progress.ping(),
                    record(progress, done(1, Verb.VIEWED, "page")),
                    enroll(progress, enrollment(5)),
                ):
                    with pytest.raises(Unavailable, match=r"^progress: [a-z ]+$"):
                        await call
                proxy.switch(ProxyMode.PASS)
                await progress.ping()
                assert await record(progress, done(1, Verb.VIEWED, "page")) in (["ACCEPTED"], ["DUPLICATE"])
                proxy.switch(ProxyMode.CUT)


async def test_a_silent_server_does_not_block_callers(url: str) -> None:
    async with through_proxy(url) as (proxy, there), open_pool(there, size=2) as pool:
        progress = SqlProgress(pool)
        await asyncio.gather(progress.ping(), progress.ping())
        proxy.switch(ProxyMode.STALL)
        start = asyncio.get_running_loop().time()
        for _ in range(3):  # more than there are connections: new ones do not come about either
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(progress.ping(), 0.1)
        assert asyncio.get_running_loop().time() - start < 4.0, "less than to connect may take"
        proxy.switch(ProxyMode.PASS)
        await progress.ping()
        assert await record(progress, done(1, Verb.VIEWED, "page")) == ["ACCEPTED"]


async def test_an_answer_that_takes_too_long_is_timed_out(url: str) -> None:
    async with through_proxy(url) as (proxy, there), open_pool(there, connect_seconds=2, command_seconds=1) as pool:
        progress = SqlProgress(pool)
        await progress.ping()
        proxy.switch(ProxyMode.STALL)
        for call in (progress.by_registrations(R), record(progress, done(1, Verb.VIEWED, "page"))):
            with pytest.raises(TimedOut):
                await call
        proxy.switch(ProxyMode.PASS)
        assert await record(progress, done(1, Verb.VIEWED, "page")) in (["ACCEPTED"], ["DUPLICATE"])


@pytest.mark.parametrize("change", [{"netloc": "nobody:secret@{host}"}, {"path": "/none"}, {"query": "sslmode=secret"}])
async def test_errors_do_not_contain_the_url(url: str, change: dict[str, str]) -> None:
    host = urlsplit(url).netloc.rpartition("@")[2]
    wrong = urlsplit(url)._replace(**{name: value.format(host=host) for name, value in change.items()}).geturl()
    async with open_pool(wrong) as pool:
        with pytest.raises(StoreError) as caught:
            await SqlProgress(pool).ping()
    assert isinstance(caught.value, Unavailable)
    assert "secret" not in str(caught.value)


async def test_both_schemes_lead_to_the_server(url: str) -> None:
    async with open_pool(url.replace("postgresql", "cockroachdb", 1)) as pool:
        assert (await SqlProgress(pool).by_registrations(R)).keys() == {R[1], R[2]}


async def test_rows_of_another_version_wait_and_block_only_their_registration(servers: Servers) -> None:
    async with fresh_sql(servers) as url, open_pool(url) as pool:
        await migrate(pool, "progress")
        progress, outbox = SqlProgress(pool), SqlOutbox(pool, filled=asyncio.Event())
        await enroll(progress, enrollment(1), enrollment(2))
        await record(progress, done(1, Verb.VIEWED, "page"))
        await pool.execute("UPDATE outbox SET payload = '[0, \"as it was\"]'")
        await record(progress, done(2, Verb.VIEWED, "video"), done(3, Verb.VIEWED, "page", of=2))
        taken = await outbox.take(Consumer.LIVE, range(PARTITIONS), most=1_000)
        assert [commit.registration for commit in taken] == [R[2]]
        assert (await outbox.backlog())[Consumer.LIVE].waiting == 3
