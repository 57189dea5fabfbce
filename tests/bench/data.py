"""The stores of a bench: demo learners, all of them with a session."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from gateway.datasets.dataset import Dataset
from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.dataset import demo_dataset
from gateway.runtime.clock import utc_now
from stores.batches import LOADED_HEARTBEATS, batched
from stores.domain.sessions import Heartbeat
from tests.bench.growth.world import OnProgress, open_world
from tests.e2e.deployment import Deployment

LEARNERS = 600
SEED = 1
STEP = timedelta(seconds=7)
"""Between the last heartbeats of two learners: some are ONLINE, some AWAY, most OFFLINE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """A deployment with demo learners. `course_key`: the course whose pages are timed."""

    deployment: Deployment
    course_key: str
    learner_ids: list[str]


@asynccontextmanager
async def open_data(folder: Path, *, learners: int, on_progress: OnProgress) -> AsyncIterator[Data]:
    """Fill the servers of a folder. Call it from the main thread."""
    async with open_world(folder, learners=learners, on_progress=on_progress) as world:
        dataset = demo_dataset(seed=SEED, learners=learners, now=utc_now())
        for beats in batched(heartbeats(dataset, utc_now()), LOADED_HEARTBEATS):
            await world.stores.sessions.touch(beats)
        ids = [profile.learner_id for profile in dataset.profiles]
        yield Data(deployment=world.deployment, course_key=SQL101, learner_ids=ids)


def heartbeats(dataset: Dataset, now: datetime) -> Iterator[Heartbeat]:
    """One for each learner, in the first of their enrolments."""
    items = {course.key: course.modules[0].items[0].key for course in dataset.courses}
    seen: set[str] = set()
    for row in dataset.enrollments:
        if row.learner_id not in seen:
            seen.add(row.learner_id)
            yield Heartbeat(
                session_id=f"session-{row.learner_id}",
                learner_id=row.learner_id,
                registration=row.registration,
                course_key=row.course_key,
                item_key=items[row.course_key],
                position=12.5,
                device="phone",
                at=now - len(seen) * STEP,
            )
