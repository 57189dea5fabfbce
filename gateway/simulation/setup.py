"""What a replay needs before its first event, and after its last one."""

from dataclasses import replace

from rich.console import Console

from gateway.datasets.dataset import Dataset
from gateway.datasets.loader import load
from gateway.runtime.console import ProgressBars
from gateway.simulation.scheduler import Now, Wait
from stores.errors import StoreError
from stores.ports.stores import Stores

LOOKS, SECONDS_APART = 50, 0.1


async def prepared(dataset: Dataset, stores: Stores, console: Console, *, now: Now) -> None:
    """Create the courses, learners and enrolments that do not exist. Raises StoreError."""
    with ProgressBars(console) as bars:
        await load(replace(dataset, events=(), heartbeats=()), stores, now=now, on_progress=bars)


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
