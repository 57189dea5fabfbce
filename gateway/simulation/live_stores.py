"""Stores that demo learners write to for as long as they are open: the data of `quadrangle demo --live`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from gateway.config.open_stores import OpenStores
from gateway.datasets.demo.dataset import term_start
from gateway.datasets.demo.load_state import LoadState
from gateway.simulation.demo_learners import DemoLearners
from gateway.simulation.periodic_tasks import in_background
from stores.ports.stores import Stores


def with_demo_learners(
    open_stores: OpenStores,
    state: LoadState,
    *,
    rate: float,
    resting: Collection[str],
    deadlines: Mapping[str, timedelta],
    now: Callable[[], datetime],
    on_start: Callable[[int], None],
) -> OpenStores:
    """`open_stores` with simulated learners, who make about `rate` events per second.

    Learners whose ids are in `resting` do not study. `on_start(n)`: n learners study at a time.
    """

    @asynccontextmanager
    async def opened() -> AsyncIterator[tuple[Stores, Mapping[str, str]]]:
        async with open_stores() as (stores, backends):
            learners = DemoLearners(
                stores,
                deadlines=deadlines,
                seed=state.seed,
                learners=state.learners,
                term=term_start(state.end),
                rate=rate,
                now=now,
                wait=asyncio.sleep,
                resting=resting,
            )
            on_start(learners.sessions)
            async with in_background(learners.run()):
                yield stores, backends

    return opened
