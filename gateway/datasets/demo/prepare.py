"""Bring the stores of a data folder to the state that `quadrangle demo` serves."""

from collections.abc import Callable
from datetime import datetime

from gateway.config.migrate import migrate_stores
from gateway.config.store_location import StoreLocation
from gateway.datasets.demo.data_folder import Plan, load_demo, plan_of, wake
from gateway.datasets.load_counts import OnProgress
from gateway.embedded.folder import DataFolder


async def prepare_data(
    folder: DataFolder,
    location: StoreLocation,
    *,
    seed: int,
    learners: int,
    now: Callable[[], datetime],
    on_progress: OnProgress,
) -> Plan:
    """Migrate the stores, load the demo's data unless they are loaded, and record that some learners are online.

    `seed` and `learners` describe new data. Returns the plan of the data that the folder has, which may differ.
    """
    await migrate_stores(location.urls, now=now, on_step=lambda port, steps: None)
    plan = plan_of(folder, seed=seed, learners=learners, now=now)
    async with location.opener(now)() as (stores, names):
        await load_demo(folder, plan, stores, kept_in=names, now=now, on_progress=on_progress)
        await wake(plan, stores, now=now())
    return plan
