"""Bring all stores to the version of this release before it serves."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack

from gateway.config.backends import PORTS
from gateway.config.open_stores import checked_urls, open_stores
from gateway.config.store_clients import Now, StoreClients
from gateway.config.urls import Url
from gateway.relay.progress_rebuild import OnProgress, resume_rebuild


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
) -> None:
    """Create the tables, indexes and databases that are missing.

    Then, unless `rebuild` is false, finish the rebuild of progress that a migration started. `on_step(port, steps)`
    reports what was applied, `on_progress` how far the rebuild is.
    """
    checked = checked_urls(urls)
    async with AsyncExitStack() as stack:
        clients = StoreClients(stack, now)
        for port, url in checked.items():
            if PORTS[port].shares_url_of is not None:
                continue
            migrate = PORTS[port].by_scheme[url.scheme].migrate
            on_step(port, [] if migrate is None else await migrate(clients, url))
    if not rebuild:
        return
    async with open_stores(urls, now=now) as (stores, _):
        rebuilt = await resume_rebuild(stores, on_progress=on_progress)
    if rebuilt.registrations:
        on_step("progress", [rebuilt.summary()])
