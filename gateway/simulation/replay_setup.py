"""What comes before the first event of a replay, and after the last one."""

from dataclasses import replace

from rich.console import Console

from gateway.datasets.dataset import Dataset
from gateway.datasets.loader import load
from gateway.runtime.console import ProgressBars
from gateway.runtime.store_retry import announced_retry
from gateway.simulation.periodic_tasks import Now, Wait
from stores.errors import StoreError
from stores.ports.stores import Stores

MAX_POLLS = 50
POLL_SECONDS = 0.1


async def create_enrollments(dataset: Dataset, stores: Stores, console: Console, *, now: Now) -> None:
    """Create the courses, learners and enrolments that do not exist. Raises as `load` does."""
    with ProgressBars(console) as bars:
        await load(
            replace(dataset, events=(), heartbeats=()),
            stores,
            now=now,
            on_progress=bars,
            retry=announced_retry(console.print),
        )


async def wait_until_published(stores: Stores, *, wait: Wait) -> int:
    """Wait up to five seconds for the relay to empty the outbox. Returns how many commits are still unpublished; the
    replay's own cannot be distinguished from those of other writers."""
    unpublished = 0
    for _ in range(MAX_POLLS):
        try:
            backlog = await stores.outbox.backlog()
        except StoreError:
            return unpublished
        unpublished = max(each.waiting for each in backlog.values())
        if not unpublished:
            break
        await wait(POLL_SECONDS)
    return unpublished
