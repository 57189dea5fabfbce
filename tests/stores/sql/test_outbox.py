"""What is particular to the outbox in SQL."""

from collections import defaultdict
from uuid import UUID

from stores.batches import RELAYED_BYTES
from stores.domain.events import Verb
from stores.domain.outbox import PARTITIONS, Consumer
from tests.backends import Servers, sql_ledger
from tests.stores.learning import done, enroll, enrollment, record

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
            for commit in taken:
                numbers[commit.registration].append(commit.number)
            await outbox.settle(Consumer.TIMELINE, taken)
        assert max(sizes) == RELAYED_BYTES // LARGE + 1
        assert numbers == {UUID(int=of): list(range(1, COMMITS + 1)) for of in range(1, REGISTRATIONS + 1)}
