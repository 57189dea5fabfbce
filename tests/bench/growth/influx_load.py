"""InfluxDB's CPU for each event, while two million events are appended in random order over a year."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any
from uuid import UUID

from gateway.embedded.influxd import find_influxd
from stores.batches import INFLUX_LINES
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.influx.client import open_influx
from stores.influx.timeline import InfluxTimeline
from tests.bench.processes import cpu_seconds
from tests.influxdb import running_influxd

COUNTED = 100_000
LEARNERS = 30_000
YEAR = timedelta(days=365)
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)


def random_events(rng: Random, number: int) -> list[Event]:
    """Events of random learners at random times of a year."""
    events = []
    for _ in range(number):
        learner = rng.randrange(LEARNERS)
        course = f"course-v1:Demo+C{rng.randrange(3)}+2026"
        verb = rng.choice((Verb.PLAYED, Verb.PAUSED, Verb.VIEWED, Verb.ANSWERED))
        events.append(
            Event(
                id=UUID(int=rng.getrandbits(128)),
                registration=UUID(int=learner),
                learner_id=f"demo-{learner:05d}",
                course_key=course,
                verb=verb,
                verb_iri=VERB_IRIS[verb],
                at=BEGIN + timedelta(milliseconds=rng.randrange(YEAR // timedelta(milliseconds=1))),
                item_key=f"item-{rng.randrange(30)}",
                duration_ms=rng.randrange(600_000),
                session_id=f"s{rng.randrange(1000)}",
                slot=rng.randrange(1_000_000),
            )
        )
    return events


async def constant_cost(folder: Path, *, events: int) -> dict[str, Any]:
    """The µs of InfluxDB's CPU for an event of the first and of the last hundred thousand, and of each half. What the
    server does in the background (compaction) counts where it happens, so single figures scatter."""
    program = find_influxd()
    if program is None:
        raise SystemExit("bench growth: there is no influxd")
    rng = Random(1)
    costs: list[float] = []
    async with running_influxd(program, folder) as (url, pid), open_influx(url) as influx:
        await influx.prepare()
        timeline = InfluxTimeline(influx)
        for _ in range(events // COUNTED):
            before = cpu_seconds(pid)
            for _ in range(COUNTED // INFLUX_LINES):
                await timeline.append(random_events(rng, INFLUX_LINES))
            costs.append((cpu_seconds(pid) - before) / COUNTED * 1e6)
    half = len(costs) // 2
    return {
        "events": events,
        "first 100,000 µs": round(costs[0], 1),
        "last 100,000 µs": round(costs[-1], 1),
        "ratio": round(costs[-1] / costs[0], 2),
        "first half µs": round(fmean(costs[:half]), 1),
        "second half µs": round(fmean(costs[half:]), 1),
        "all µs": [round(cost, 1) for cost in costs],
    }
