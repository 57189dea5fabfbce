"""Many clients record batches of 500 at once: an importer that honours `retry_after_ms` moves everything in."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from random import Random

import pytest

from resolvers.data.dataloaders import Loaders
from stores.domain.events import Event, Verb
from stores.domain.progress import Verdict
from stores.domain.write_queue import MAX_QUEUED_EVENTS, MAX_WAIT
from stores.errors import RetryLater, StoreError
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import Pool, open_pool
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, fresh_sql
from tests.clock import Clock
from tests.gateway.memory_stores import memory_stores
from tests.stores.learning import CATALOG, done, enroll, enrollment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
BATCH, CLIENTS, LEARNERS = 500, 24, 200
DEADLINE = timedelta(seconds=2)


class NoFailures:
    """No store may fail here."""

    def failed(self, store: str, error: StoreError) -> None:
        raise AssertionError(f"{store} failed")


@pytest.fixture
async def pool(servers: Servers) -> AsyncIterator[Pool]:
    async with fresh_sql(servers) as url, open_pool(url) as pool:
        await migrate(pool, "progress")
        yield pool


def batch_of(number: int, chance: Random) -> list[Event]:
    verbs = [Verb.PLAYED, Verb.PAUSED, Verb.ANSWERED, Verb.TERMINATED]
    return [
        done(
            1 + BATCH * number + place,
            chance.choice(verbs),
            chance.choice(["video", "quiz", "lab"]),
            of=chance.randint(1, LEARNERS),
            at=chance.randint(0, 100_000),
            session_id=f"s{chance.randint(0, 9)}",
            duration_ms=chance.randint(0, 60_000),
        )
        for place in range(BATCH)
    ]


async def record(progress: SqlProgress, events: Sequence[Event]) -> Sequence[Verdict]:
    """As the gateway does it, with the store's deadline."""
    clock = Clock()
    loaders = Loaders(stores=memory_stores(clock), deadlines={"progress": DEADLINE}, failures=NoFailures(), now=clock)
    return await loaders.call_queued(
        "progress",
        "record",
        len(events),
        lambda on_start: progress.record(events, items=CATALOG, on_start=on_start),
        max_wait=MAX_WAIT,
    )


async def test_an_importer_that_honours_the_delay_loses_no_time_to_timeouts(pool: Pool) -> None:
    batches, progress = 2 * CLIENTS, SqlProgress(pool)
    assert CLIENTS * BATCH > MAX_QUEUED_EVENTS, "the queue is full from the start"
    await enroll(progress, *(enrollment(number) for number in range(1, LEARNERS + 1)))
    numbers, refused = iter(range(batches)), 0

    async def client(chance: Random) -> None:
        nonlocal refused
        for number in numbers:
            events = batch_of(number, chance)
            while True:
                try:
                    verdicts = await record(progress, events)
                except RetryLater as error:
                    refused += 1
                    await asyncio.sleep(error.retry_after_ms / 1000 * (1 + chance.random()))
                else:
                    assert {verdict.status.value for verdict in verdicts} == {"ACCEPTED"}, "nothing refused was written"
                    break

    await asyncio.gather(*(client(Random(number)) for number in range(CLIENTS)))
    assert refused > 0
    assert await pool.fetchval("SELECT count(*) FROM event_ledger") == batches * BATCH
