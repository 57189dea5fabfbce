"""Bring all stores up to date: what a new version needs, made before it serves."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from gateway.config.backends import FOLLOWS, MIGRATORS, OPENERS, chosen_urls, open_stores
from gateway.config.settings import StoreUrls
from gateway.config.store_clients import Now, StoreClients
from gateway.relay.progress_rebuild import OnProgress, resume_rebuild


def ignore_progress(stage: str, done: int, total: int) -> None:
    """For callers that show no progress of a rebuild."""


async def migrate_stores(
    urls: StoreUrls,
    *,
    now: Now,
    on_step: Callable[[str, Sequence[str]], None],
    on_progress: OnProgress = ignore_progress,
    rebuild: bool = True,
) -> None:
    """Make the tables, indexes and databases that are missing. Then, unless `rebuild` is false, finish the rebuild of
    progress that a migration started. `on_step` is called with each port and what was done for it, `on_progress`
    during the rebuild."""
    chosen = chosen_urls(urls)
    async with AsyncExitStack() as stack:
        clients = StoreClients(stack, now)
        for port, url in chosen.items():
            migrator = MIGRATORS.get(OPENERS[port][url.scheme])
            if port not in FOLLOWS:
                on_step(port, [] if migrator is None else await migrator(clients, url))
    if not rebuild:
        return
    async with open_stores(urls, now=now) as (stores, _):
        rebuilt = await resume_rebuild(stores, on_progress=on_progress)
    if rebuilt.registrations:
        on_step("progress", [f"rebuilt {rebuilt.registrations:,} registrations from the ledger"])
