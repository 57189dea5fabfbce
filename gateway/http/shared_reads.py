"""Opens what the operations of the process share."""

import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import aclosing, asynccontextmanager
from uuid import uuid4

from gateway.config.settings import Settings
from resolvers.data.shared_reads.announced_stores import ANNOUNCED, Announce, announced
from resolvers.data.shared_reads.change_watch import ChangeWatch, watching_changes
from resolvers.data.shared_reads.last_good import LastGood
from resolvers.data.shared_reads.shared_reads import SharedReads
from stores.ports.stores import Stores

log = logging.getLogger("quadrangle.shared_reads")


@asynccontextmanager
async def open_shared_reads(
    settings: Settings, stores: Stores, backends: Mapping[str, str]
) -> AsyncIterator[tuple[SharedReads | None, LastGood | None, Stores]]:
    """The shared reads and the last good values, None for what is switched off, and the stores to write through: their
    writes invalidate what this process keeps before they return. At the end the hit rates are logged."""
    last_good = None
    if settings.stale.mode == "on":
        last_good = LastGood(most_bytes=settings.stale.bytes, longest=settings.stale.ttl)
    if settings.cache.mode == "off":
        yield None, last_good, stores if last_good is None else announced(stores, as_announce(last_good.drop))
        return
    shared = SharedReads(
        most_bytes=settings.cache.bytes,
        ttl=settings.cache.ttl,
        unannounced=unannounced(settings, backends),
        last_good=last_good,
    )
    watch = ChangeWatch(stores.live, shared, name=uuid4().hex)
    async with aclosing(shared), watching_changes(watch):
        yield shared, last_good, announced(stores, as_announce(shared.invalidate))
    rates = {f"{store}.{call}": round(its.hit_rate, 4) for (store, call), its in shared.counts.paths.items()}
    log.info("hit rates of shared reads", extra={"hit_rates": rates})


def as_announce(invalidate: Callable[[str, Collection[str]], None]) -> Announce:
    """What `announced` calls with the keys that were written."""

    async def announce(store: str, keys: Collection[str]) -> None:
        invalidate(store, keys)

    return announce


def unannounced(settings: Settings, backends: Mapping[str, str]) -> Collection[str]:
    """The stores to which a process may write without an announcement: profiles that another application writes, and
    those that other processes can reach while announcements stay in this one."""
    stores = {"profiles"} if settings.profiles.mapping is not None else set[str]()
    if backends["live"] == "memory":
        stores |= {store for store in ANNOUNCED if backends[store] != "memory"}
    return stores
