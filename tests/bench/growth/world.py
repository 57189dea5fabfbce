"""A world of demo learners, made once by COPY and one pass over the events, and kept in a data folder."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import asyncpg

from gateway.config.migrate_stores import migrate_stores
from gateway.config.open_stores import open_stores
from gateway.config.store_location import embedded_location
from gateway.datasets.dataset import Dataset
from gateway.datasets.demo.dataset import demo_dataset
from gateway.datasets.load_counts import LoadCounts, Stage, ignore_progress
from gateway.datasets.publishing import publish_courses, published_courses
from gateway.embedded.folder import DataFolder
from gateway.embedded.influxd import find_influxd
from gateway.embedded.open_servers import open_embedded
from gateway.runtime.clock import utc_now
from gateway.runtime.store_retry import RETRY_FOR_A_MINUTE
from stores.batches import INFLUX_LINES, LOADED_PROFILES, batched
from stores.domain.events import Event
from stores.domain.progress_projection import course_indexes
from stores.ports.stores import Stores
from stores.sql.core.pool import open_pool
from stores.sql.migrations.fill_enrollment_counts import fill_enrollment_counts
from stores.sql.migrations.fill_item_counts import fill_item_counts
from tests.bench.growth.world_rows import rows_of, slotted
from tests.e2e.deployment import Deployment

FORMAT = "2"
"""The version of the format: existing worlds of another version are made again."""
OnProgress = Callable[[str, int, int], None]
COPIED_EVENTS = 20_000
"""Events whose rows are copied together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Servers with a world, as a deployment that gateways can be started over."""

    deployment: Deployment
    stores: Stores
    learners: int


@asynccontextmanager
async def open_world(folder: Path, *, learners: int, on_progress: OnProgress) -> AsyncIterator[World]:
    """The world with so many learners in this folder; it is made if it is not there. Call it from the main thread."""
    marker = folder / "complete"
    folder.mkdir(parents=True, exist_ok=True)
    is_made = marker.exists() and marker.read_text().split() == [FORMAT, str(learners)]
    data = DataFolder(folder / "data")
    async with open_embedded(
        data,
        owner="bench",
        on_step=lambda step: None,
        influxd=find_influxd(),
        restart=None,
        postgres_settings={"max_connections": "300"},  # several gateways and other servers
    ) as embedded:
        if embedded.influx_url is None:
            raise SystemExit("bench growth: there is no influxd")
        urls = embedded_location(embedded).urls
        await migrate_stores(urls, now=utc_now)
        async with open_stores(urls, now=utc_now) as (stores, _):
            deployment = Deployment(embedded=embedded, urls=urls, folder=folder)
            if not is_made:
                dataset = demo_dataset(seed=1, learners=learners, now=utc_now())
                await make_world(dataset, stores, embedded.sql_url, on_progress=on_progress)
                marker.write_text(f"{FORMAT} {learners}")
            try:
                yield World(deployment=deployment, stores=stores, learners=learners)
            finally:
                for service in reversed(deployment.services):
                    service.stop()


async def make_world(dataset: Dataset, stores: Stores, sql_url: str, *, on_progress: OnProgress) -> None:
    """Write a dataset without voids into empty stores."""
    stage = Stage(LoadCounts(store="catalog", kind="courses"), estimate=0, on_progress=ignore_progress)
    await publish_courses(dataset.courses, stores.catalog, retry=RETRY_FOR_A_MINUTE, stage=stage)
    courses = await published_courses([course.key for course in dataset.courses], stores.catalog)
    index_of = course_indexes(courses.items)
    for batch in batched(dataset.profiles, LOADED_PROFILES):
        await stores.profiles.add(batch)
    enrollments = iter(dataset.enrollments)
    known: dict[Any, Any] = {}
    done = 0
    connection = await asyncpg.connect(sql_url)
    try:
        rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        pending: list[Event] = []
        for registration, group in groupby(dataset.events, key=lambda event: event.registration):
            while registration not in known:
                row = next(enrollments)
                known[row.registration] = replace(row, course_version=courses.newest[row.course_key])
            enrollment = known.pop(registration)
            events = slotted(list(group))
            for table, values in rows_of(enrollment, events, index_of(enrollment.pin)):
                rows[table].append(values)
            pending += events
            if len(pending) >= COPIED_EVENTS:
                done += await write(connection, stores, rows, pending)
                on_progress("events", done, max(done, dataset.sizes["events"]))
        done += await write(connection, stores, rows, pending)
        on_progress("events", done, done)
        async with open_pool(sql_url, size=1) as pool:
            await fill_item_counts(pool)
            await fill_enrollment_counts(pool)
        await connection.execute("VACUUM ANALYZE", timeout=1800)
    finally:
        await connection.close()


async def write(
    connection: "asyncpg.Connection[asyncpg.Record]",
    stores: Stores,
    rows: dict[str, list[dict[str, Any]]],
    events: list[Event],
) -> int:
    """Copy the rows and append the events, at the same time; empty both. Return how many events."""
    written = len(events)

    async def copy() -> None:
        for table, values in rows.items():
            await connection.copy_records_to_table(
                table, records=[tuple(row.values()) for row in values], columns=list(values[0])
            )

    async def append() -> None:
        await asyncio.gather(*(stores.timeline.append(part) for part in batched(events, INFLUX_LINES)))

    if events:
        await asyncio.gather(copy(), append())
    rows.clear()
    events.clear()
    return written
