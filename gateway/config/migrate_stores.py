"""Bring all stores to the version of this release before it serves."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack

from gateway.config.open_stores import open_stores, own_backends
from gateway.config.running_processes import require_none_running
from gateway.config.store_clients import Now, StoreClients
from gateway.config.urls import Url
from gateway.relay.progress_rebuild import ProgressRebuild
from gateway.relay.rebuild_loop import OnProgress, resume_rebuild
from stores.domain.rebuilds import Rebuild
from stores.ports.stores import Stores

LONG_REBUILDS = (Rebuild.ACTIVITY, Rebuild.TIMELINE)
"""Rebuilds that run while gateways serve, so that an upgrade need not wait for them."""


def ignore_steps(port: str, steps: Sequence[str]) -> None:
    """For callers that do not show what was applied."""


def ignore_progress(stage: str, done: int, total: int) -> None:
    """For callers that show no progress of a rebuild."""


async def migrate_stores(
    urls: Mapping[str, Url],
    *,
    now: Now,
    on_step: Callable[[str, Sequence[str]], None] = ignore_steps,
    on_progress: OnProgress = ignore_progress,
    rebuild: bool = True,
    contract: bool = False,
) -> Sequence[Rebuild]:
    """Create the tables, indexes and databases that are missing.

    Then, unless `rebuild` is false, finish the rebuild of progress that a migration started. `on_step(port, steps)`
    reports what was applied, `on_progress` how far the rebuild is. Returns the long rebuilds that are not finished.

    Unless `contract` is true, raises `CommandError` and applies nothing if a step is not safe while processes of an
    earlier version run, and processes run.
    """
    if not contract:
        await require_none_running(urls, now=now)
    async with AsyncExitStack() as stack:
        clients = StoreClients(stack, now)
        for port, url, backend in own_backends(urls):
            on_step(port, [] if backend.migrate is None else await backend.migrate(clients, url))
    async with open_stores(urls, now=now) as (stores, _):
        if rebuild:
            refold = ProgressRebuild(stores=stores)
            await resume_rebuild(stores, refold, on_progress=on_progress)
            if refold.registrations:
                on_step("progress", [refold.summary()])
        return await unfinished(stores, LONG_REBUILDS)


async def unfinished_rebuilds(urls: Mapping[str, Url], *, now: Now) -> Sequence[Rebuild]:
    """The rebuilds that are not finished. `migrate` finishes that of progress."""
    async with open_stores(urls, now=now) as (stores, _):
        return await unfinished(stores, tuple(Rebuild))


async def unfinished(stores: Stores, kinds: Sequence[Rebuild]) -> Sequence[Rebuild]:
    """Those of these rebuilds that are not finished."""
    return [kind for kind in kinds if await stores.progress.rebuild_position(kind) is not None]


async def drop_old_layouts(urls: Mapping[str, Url], *, now: Now) -> None:
    """Remove what only earlier versions read. Safe to repeat."""
    async with AsyncExitStack() as stack:
        clients = StoreClients(stack, now)
        for _, url, backend in own_backends(urls):
            if backend.drop_old is not None:
                await backend.drop_old(clients, url)
