"""The steps of an upgrade, as the commands do them."""

from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial

from gateway.config.migrate_stores import drop_old_layouts, ignore_progress, migrate_stores
from gateway.config.open_stores import open_stores
from gateway.config.urls import Url
from gateway.embedded.wait_until import wait_until
from gateway.relay.activity_rebuild import ActivityRebuild
from gateway.relay.publishing import publishing
from gateway.relay.rebuild_loop import resume_rebuild
from gateway.relay.timeline_rebuild import TimelineRebuild
from gateway.runtime.clock import utc_now
from resolvers.health import Health
from stores.ports.stores import Stores

Urls = Mapping[str, Url]


async def migrate(urls: Urls) -> None:
    """quadrangle migrate"""
    await migrate_stores(urls, now=utc_now)


async def rebuild_activity(urls: Urls) -> None:
    """quadrangle rebuild activity"""
    async with opened(urls) as (stores, _):
        await resume_rebuild(stores, ActivityRebuild(stores=stores), on_progress=ignore_progress)


async def rebuild_timeline(urls: Urls) -> None:
    """quadrangle rebuild timeline"""
    async with opened(urls) as (stores, _):
        await resume_rebuild(stores, TimelineRebuild(stores=stores), on_progress=ignore_progress)


async def relay(urls: Urls) -> None:
    """quadrangle relay, until the outbox is empty"""
    async with opened(urls) as (stores, backends):
        health = Health(stores=stores, backends=backends, now=utc_now)
        async with publishing(stores, where="embedded", holder="upgrade", failures=health):
            assert await wait_until(partial(is_drained, stores), seconds=60)


async def drop_old(urls: Urls) -> None:
    """The end of quadrangle rebuild timeline --drop-old"""
    await drop_old_layouts(urls, now=utc_now)


async def is_drained(stores: Stores) -> bool:
    """Whether no commit waits."""
    return not any(backlog.waiting for backlog in (await stores.outbox.backlog()).values())


def opened(urls: Urls) -> AbstractAsyncContextManager[tuple[Stores, Mapping[str, str]]]:
    """The stores, and the names of their backends."""
    return open_stores(urls, now=utc_now)


STEPS: Mapping[str, Callable[[Urls], Coroutine[None, None, None]]] = {
    "migrate": migrate,
    "rebuild activity": rebuild_activity,
    "rebuild timeline": rebuild_timeline,
    "relay": relay,
    "drop old": drop_old,
}
