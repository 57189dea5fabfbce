"""Shared reads of a store whose calls a test holds and answers, with a clock that it moves by hand."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

from resolvers.data.dataloaders import Loaders, StorePath
from resolvers.data.shared_reads.shared_reads import SharedReads
from resolvers.data.shared_reads.sharing import Sharing
from resolvers.writes.write_stores import IgnoredFailures
from stores.ports.stores import Stores
from tests.clock import Clock

NO_STORES = cast(Stores, None)
PLENTY = 3_000_000


class Seconds:
    """A monotonic clock."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class HeldCall:
    """A call of the store: the keys, and the future of its values."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = list(keys)
        self.answer: asyncio.Future[Mapping[str, str]] = asyncio.get_running_loop().create_future()

    async def values(self) -> Mapping[str, str]:
        return await self.answer


class HeldStore:
    """`held`: calls wait until the test answers them; else they return what `values` has when they begin."""

    def __init__(self, *, held: bool = False) -> None:
        self.calls: list[HeldCall] = []
        self.values: dict[str, str] = {}
        self._held = held

    async def read(self, stores: Stores, keys: Sequence[str], args: Any) -> Mapping[str, str]:
        call = HeldCall(keys)
        self.calls.append(call)
        if not self._held:
            call.answer.set_result({key: self.values[key] for key in keys if key in self.values})
        return await call.values()

    def path(self, shared: Sharing | None = Sharing.ANNOUNCED) -> StorePath[str, Any, str]:
        return StorePath("profiles", "by_ids", self.read, shared=shared)

    @property
    def keys(self) -> list[list[str]]:
        """The keys of each call."""
        return [call.keys for call in self.calls]


def shared_reads(clock: Seconds, **options: Any) -> SharedReads:
    return SharedReads(most_bytes=PLENTY, ttl=timedelta(seconds=60), clock=clock, **options)


def loaders_over(
    shared: SharedReads | None, *, deadline: float = 30.0, stores: Sequence[str] = ("profiles",)
) -> Loaders:
    """The loaders of one operation."""
    return Loaders(
        stores=NO_STORES,
        deadlines=dict.fromkeys(stores, timedelta(seconds=deadline)),
        failures=IgnoredFailures(),
        now=Clock(),
        shared=shared,
    )


async def turns(count: int = 10) -> None:
    """Let other tasks run until they wait."""
    for _ in range(count):
        await asyncio.sleep(0)
