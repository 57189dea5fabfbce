"""Bring the stores of a data folder to the state that `quadrangle demo` serves."""

from collections.abc import Callable
from datetime import datetime

from gateway.config.migrate_stores import migrate_stores
from gateway.config.store_location import StoreLocation
from gateway.datasets.demo.load_state import LoadState, load_demo, open_sessions, read_state
from gateway.datasets.load_counts import OnProgress
from gateway.embedded.folder import DataFolder
from gateway.relay.activity_rebuild import ActivityRebuild
from gateway.relay.rebuild_loop import resume_rebuild
from gateway.relay.timeline_rebuild import TimelineRebuild
from gateway.runtime.store_retry import StoreRetry


async def prepare_data(
    folder: DataFolder,
    location: StoreLocation,
    *,
    seed: int,
    learners: int,
    now: Callable[[], datetime],
    on_progress: OnProgress,
    retry: StoreRetry,
) -> LoadState:
    """Migrate the stores, finish the rebuilds that an upgrade started, load the demo's data unless they are loaded, and
    record that some learners are online.

    `seed` and `learners` describe new data. Returns the state of the data that the folder has, which may differ.
    """
    await migrate_stores(location.urls, now=now, on_progress=on_progress)
    state = read_state(folder, seed=seed, learners=learners, now=now)
    async with location.opener(now)() as (stores, names):
        for rebuilder in (ActivityRebuild(stores=stores), TimelineRebuild(stores=stores)):
            await resume_rebuild(stores, rebuilder, on_progress=on_progress, retry=retry)
        await load_demo(folder, state, stores, kept_in=names, now=now, on_progress=on_progress, retry=retry)
        await open_sessions(state, stores, now=now())
    return state
