"""What is particular to the outbox in SQL."""

import asyncio
from collections import defaultdict
from uuid import UUID

import pytest

from stores.batches import RELAYED_BYTES
from stores.domain.events import Verb
from stores.domain.outbox import PARTITIONS, Consumer, partition_of
from stores.errors import Unavailable
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import open_pool, open_relaxed_pool
from stores.sql.outbox.outbox import SqlOutbox
from stores.sql.outbox.rows import payload_of
from tests.backends import Servers, fresh_sql, sql_ledger
from tests.stores.learning import done, enroll, enrollment, record
from tests.stores.samples import commit

LARGE = 900_000
"""Bytes of a large event. A take has only a few such events."""
COMMITS, REGISTRATIONS = 4, 3


async def test_a_take_is_bounded_in_bytes_and_keeps_the_order_of_each_registration(servers: Servers) -> None:
    async with sql_ledger(servers) as (progress, outbox):
        await enroll(progress, *(enrollment(of) for of in range(1, REGISTRATIONS + 1)))
        for number in range(COMMITS):
            for of in range(1, REGISTRATIONS + 1):
                text = {"text": "x" * LARGE}
                await record(progress, done(10 * of + number, Verb.RATED, of=of, at=number, extensions=text))
        numbers: defaultdict[UUID, list[int]] = defaultdict(list)
        sizes = []
        while taken := await outbox.take(Consumer.TIMELINE, range(PARTITIONS), most=10_000):
            sizes.append(len(taken))
            for each in taken:
                numbers[each.registration].append(each.number)
            await outbox.settle(Consumer.TIMELINE, taken)
        assert max(sizes) == RELAYED_BYTES // LARGE + 1
        assert numbers == {UUID(int=of): list(range(1, COMMITS + 1)) for of in range(1, REGISTRATIONS + 1)}


INSERT_BEFORE_TRACES = (
    "INSERT INTO outbox (consumer, partition, registration, number, payload) VALUES ($1, $2, $3, $4, $5)"
)


async def test_the_column_of_the_traceparent_is_added_next_to_gateways_that_do_not_know_it(servers: Servers) -> None:
    sent = commit(1)
    values = (Consumer.LIVE.value, partition_of(sent.registration), sent.registration, sent.number, payload_of(sent))
    async with fresh_sql(servers) as url, open_pool(url, size=2) as pool, open_relaxed_pool(url) as relaxed:
        await migrate(pool, "progress")
        outbox = SqlOutbox(relaxed, filled=asyncio.Event())
        async with pool.acquire() as older:
            await older.execute("ALTER TABLE outbox DROP COLUMN traceparent")
            await older.execute("DELETE FROM migrations WHERE number = 18")
            await older.execute(INSERT_BEFORE_TRACES, *values)  # the driver keeps the prepared statement
            with pytest.raises(Unavailable, match="run `quadrangle migrate`"):
                await outbox.take(Consumer.LIVE, range(PARTITIONS), most=10_000)
            assert await migrate(pool, "progress") == ["0018_outbox_traceparent.sql"]
            await older.execute(INSERT_BEFORE_TRACES, *values[:3], 2, values[4])
        taken = await outbox.take(Consumer.LIVE, range(PARTITIONS), most=10_000)
    assert [(each.number, each.traceparent, each.progress) for each in taken] == [
        (1, None, sent.progress),
        (2, None, sent.progress),
    ]
