"""Each write of a profile or a course is announced before it returns."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest

from resolvers.data.shared_reads.announced_stores import announced
from stores.errors import Conflict, Rejected, TimedOut
from stores.memory.catalog import MemoryCatalog
from stores.memory.profiles import MemoryProfiles
from stores.ports.stores import Stores
from tests.clock import Clock
from tests.gateway.memory_stores import memory_stores
from tests.stores.samples import course, profile


class Announced:
    def __init__(self) -> None:
        self.keys: list[tuple[str, list[str]]] = []

    async def announce(self, store: str, keys: Collection[str]) -> None:
        await asyncio.sleep(0)
        self.keys.append((store, list(keys)))


def announced_stores(found: Announced, **instead: Any) -> Stores:
    return announced(replace(memory_stores(Clock()), **instead), found.announce)


async def test_every_write_is_announced_and_no_read() -> None:
    found = Announced()
    stores = announced_stores(found)
    await stores.profiles.add([profile("a"), profile("b")])
    await stores.profiles.replace(profile("a", version=2))
    published = await stores.catalog.publish(course("c"))
    assert found.keys == [("profiles", ["a", "b"]), ("profiles", ["a"]), ("catalog", ["c"])]
    assert await stores.profiles.by_ids(["a"])
    assert await stores.catalog.latest(["c"]) == {"c": published}
    assert await stores.catalog.versions([published.pin]) == {published.pin: published}
    await stores.profiles.ping()
    await stores.catalog.ping()
    assert len(found.keys) == 3


class FailingProfiles(MemoryProfiles):
    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    async def replace(self, profile: Any) -> bool:
        raise self.error


class FailingCatalog(MemoryCatalog):
    async def publish(self, course: Any) -> Any:
        raise Conflict("catalog", "others were first")


async def test_a_write_of_unknown_outcome_is_announced_and_one_that_was_refused_is_not() -> None:
    for error, announcements in (
        (TimedOut("profiles", "late"), 1),
        (asyncio.CancelledError(), 1),
        (Rejected("profiles", "no"), 0),
    ):
        found = Announced()
        with pytest.raises(type(error)):
            await announced_stores(found, profiles=FailingProfiles(error)).profiles.replace(profile("a"))
        assert len(found.keys) == announcements
    found = Announced()
    with pytest.raises(Conflict):
        await announced_stores(found, catalog=FailingCatalog()).catalog.publish(course("c"))
    assert found.keys == []
