"""What a process knows of revocations, also while they cannot be read."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.http.auth.open_streams import AT_ONCE, EventStreamEnd, OpenStreams
from gateway.http.auth.revocation_watch import RevocationWatch, watching
from resolvers.viewer import Role, TokenFacts, Viewer
from stores.cancellation import cancel_and_wait
from stores.domain.revocations import REVOKED_CHANNEL, Revocation, RevocationKind
from stores.errors import StoreError, Unavailable
from stores.memory.revocations import MemoryRevocations
from tests.gateway.controlled_subscriptions import WITHIN
from tests.gateway.memory_stores import memory_stores

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class FragileRevocations(MemoryRevocations):
    """`down`: reads fail. `complete` counts the reads of all."""

    down = False
    complete = 0

    async def in_force(self, now: datetime) -> Sequence[Revocation]:
        if self.down:
            raise Unavailable("revocations", "is away")
        self.complete += 1
        return await super().in_force(now)

    async def recent(self) -> Sequence[Revocation]:
        if self.down:
            raise Unavailable("revocations", "is away")
        return [each for each in await super().recent() if each.key.startswith("recent")]


class Failed:
    """Which stores failed."""

    def __init__(self) -> None:
        self.stores: list[str] = []

    def failed(self, store: str, error: StoreError) -> None:
        self.stores.append(store)


class Process:
    """A watch with a clock that stands still."""

    def __init__(self) -> None:
        self.revocations, self.failed, self.streams = FragileRevocations(), Failed(), OpenStreams()
        self.now, self.seconds = NOON, 0.0
        self.stores = replace(memory_stores(lambda: self.now), revocations=self.revocations)
        self.watch = RevocationWatch(
            self.stores,
            self.streams,
            deadline=SECOND,
            health=self.failed,
            now=lambda: self.now,
            clock=lambda: self.seconds,
        )

    async def read_at(self, seconds: float) -> None:
        self.seconds = seconds
        await self.watch.read()

    async def revoke(self, key: str, kind: RevocationKind = RevocationKind.SUBJECT, *, at: datetime = NOON) -> None:
        await self.revocations.revoke(Revocation(kind=kind, key=key, revoked_at=at, until=at + timedelta(days=1)))
        await self.watch.read()


def bearer_of(subject: str = "ada", *, issued_at: datetime | None = NOON, id: str | None = None) -> Viewer:
    return Viewer(
        subject=subject,
        role=Role.LEARNER,
        expires_at=NOON + timedelta(hours=1),
        token=TokenFacts(id=id, issued_at=issued_at),
    )


async def test_a_subject_is_revoked_until_the_second_of_the_revocation() -> None:
    process = Process()
    await process.revoke("ada", at=NOON + 0.7 * SECOND)
    revoked = process.watch.revoked
    for issued_at in (NOON - SECOND, NOON, NOON + 0.6 * SECOND, NOON + 0.9 * SECOND, None):
        assert revoked(bearer_of(issued_at=issued_at)), issued_at
    assert not revoked(bearer_of(issued_at=NOON + SECOND))
    assert not revoked(bearer_of("ben", issued_at=NOON - SECOND))
    assert not revoked(replace(bearer_of(), token=None)), "the anonymous viewer of a demo has no token"


async def test_a_token_is_revoked_by_its_id() -> None:
    process = Process()
    await process.revoke("t1", RevocationKind.TOKEN)
    assert process.watch.revoked(bearer_of(id="t1", issued_at=None))
    assert process.watch.revoked(bearer_of(id="t1", issued_at=NOON + timedelta(hours=1)))
    assert not process.watch.revoked(bearer_of(id="t2"))
    assert not process.watch.revoked(bearer_of("t1"))


async def test_the_last_list_holds_while_it_cannot_be_read(caplog: pytest.LogCaptureFixture) -> None:
    process = Process()
    await process.revoke("ada")
    process.revocations.down = True
    for seconds in (1.0, 29.9):
        process.seconds = seconds
        await process.watch.read()
    assert caplog.records == []
    for seconds in (30.0, 31.0, 89.0, 90.0):
        process.seconds = seconds
        await process.watch.read()
    assert process.watch.revoked(bearer_of())
    assert process.watch.failures == 6
    assert process.failed.stores == ["revocations"] * 6
    logged = [(each.message, each.__dict__["age_seconds"], each.__dict__["failures"]) for each in caplog.records]
    assert logged == [
        ("revocations cannot be read: the last list holds", 30, 3),
        ("revocations cannot be read: the last list holds", 90, 6),
    ]
    process.revocations.down = False
    await process.revoke("ben")
    assert process.watch.revoked(bearer_of("ben"))


async def test_all_are_read_at_first_after_a_gap_and_once_an_hour() -> None:
    process = Process()
    await process.revoke("ada")
    assert process.revocations.complete == 1
    await process.revoke("recent")
    assert process.revocations.complete == 1
    assert process.watch.revoked(bearer_of("recent"))
    assert process.watch.revoked(bearer_of("ada")), "the others stay"
    await process.revoke("ben")
    assert not process.watch.revoked(bearer_of("ben"))
    await process.read_at(30.1)
    assert process.revocations.complete == 2
    assert process.watch.revoked(bearer_of("ben"))
    process.now = NOON + timedelta(days=1)
    for seconds in range(60, 3_700, 29):
        await process.read_at(seconds)
    assert process.revocations.complete == 3
    assert not process.watch.revoked(bearer_of("ben")), "it has ended"


async def test_a_list_that_was_never_read_is_logged_at_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    process = Process()
    process.revocations.down = True
    await process.watch.read()
    await process.watch.read()
    assert [each.__dict__["age_seconds"] for each in caplog.records] == [None]


async def test_streams_of_revoked_and_expired_tokens_end() -> None:
    process = Process()
    revoked = [EventStreamEnd(bearer_of()) for _ in range(3 * AT_ONCE)]
    expired = EventStreamEnd(replace(bearer_of("ben"), expires_at=NOON))
    others = [EventStreamEnd(bearer_of("cleo")), EventStreamEnd(None)]
    for stream in (*revoked, expired, *others):
        process.streams.add(stream)
    closed = EventStreamEnd(bearer_of())
    process.streams.add(closed)
    process.streams.discard(closed)
    await process.revoke("ada")
    async with asyncio.timeout(WITHIN), watching(process.watch):
        for stream in (*revoked, expired):
            await stream.ended.wait()
    assert not any(stream.ended.is_set() for stream in (*others, closed))


async def test_a_signal_wakes_the_watch() -> None:
    process = Process()
    listening = asyncio.create_task(process.watch.listen())
    async with asyncio.timeout(WITHIN):
        while not process.watch._wake.is_set():  # it may not listen yet
            await process.stores.live.signal([REVOKED_CHANNEL])
            await asyncio.sleep(0)
    await cancel_and_wait([listening])
