"""What a replay needs before its first event, and after its last one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rich.console import Console

from gateway.datasets.dataset import Dataset
from gateway.datasets.loader import load, publish
from gateway.runtime.console import ProgressBars
from gateway.simulation.scheduler import Wait
from stores.domain.catalog import CourseVersion, Item
from stores.errors import StoreError
from stores.ports.stores import Stores

LOOKS, SECONDS_APART = 50, 0.1


async def prepared(world: Dataset, stores: Stores, console: Console) -> Mapping[CourseVersion, Sequence[Item]]:
    """Make the courses, learners and enrolments that are not there; the items of every version in use."""
    with ProgressBars(console) as bars:

        def told(stage: str, done: int, total: int) -> None:
            if total:  # no word of what a replay does not load
                bars(stage, done, total)

        await load(replace(world, events=(), heartbeats=()), stores, on_progress=told)
    _, _, items = await publish(world, stores, lambda stage, done, total: None)
    return items


async def drained(stores: Stores, *, wait: Wait) -> int:
    """Wait a little for what was committed to be published; how many commits are not. Others may go on committing."""
    most = 0
    for _ in range(LOOKS):
        try:
            backlog = await stores.outbox.backlog()
        except StoreError:
            return most
        most = max(each.waiting for each in backlog.values())
        if not most:
            break
        await wait(SECONDS_APART)
    return most
