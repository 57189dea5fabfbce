"""The lease of a relay: when work ends with it, and which partitions are in use."""

import asyncio

import pytest

from gateway.relay.lease import Lease
from stores.domain.outbox import LEASE

NONE = frozenset[int]()


def granted(seconds: float, partitions: frozenset[int] = NONE, *, lease: Lease | None = None) -> Lease:
    """A lease that ends in so many seconds."""
    lease = lease or Lease()
    lease.renew(partitions, asked_at=asyncio.get_running_loop().time() + seconds - LEASE.total_seconds())
    return lease


async def test_a_renewal_extends_work_that_has_begun() -> None:
    lease = granted(0.05)
    async with lease.timeout():
        granted(3_600, lease=lease)
        await asyncio.sleep(0.1)
    assert not lease._timeouts


async def hang(lease: Lease) -> None:
    async with lease.timeout():
        await asyncio.Event().wait()


async def test_work_ends_with_the_lease() -> None:
    with pytest.raises(TimeoutError):
        await hang(granted(0.01))


async def test_partitions_are_in_use_until_their_delivery_ends() -> None:
    lease = granted(3_600, frozenset({1, 2}))
    async with lease.use() as first:
        async with lease.renewing() as in_use:
            assert (first, set(in_use)) == (frozenset({1, 2}), {1, 2})
        granted(3_600, frozenset({2, 3}), lease=lease)
        async with lease.use() as second, lease.renewing() as in_use:
            assert (second, set(in_use)) == (frozenset({2, 3}), {1, 2, 3})
    async with lease.renewing() as in_use:
        assert not in_use


async def test_no_use_begins_while_the_lease_is_renewed() -> None:
    lease = granted(3_600, frozenset({1}))

    async def use() -> frozenset[int]:
        async with lease.use() as partitions:
            return partitions

    async with lease.renewing():
        using = asyncio.create_task(use())
        await asyncio.sleep(0)
        granted(3_600, frozenset({2}), lease=lease)
    assert await using == {2}
