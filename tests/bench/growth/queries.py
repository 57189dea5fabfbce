"""Queries against a small and a large world, over gateways that are served, interleaved in one run."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from statistics import quantiles
from time import perf_counter
from typing import Any

import orjson

from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.dataset import WEEKS
from gateway.embedded.loopback import HOST
from gateway.runtime.clock import utc_now
from resolvers.types.scalars import show_time
from tests.bench.cases import GRID, TIMELINE, global_id
from tests.bench.growth.world import World
from tests.bench.http import Connection

COURSE = """query ($course: String!, $window: Window!, $range: TimeRange!) {
  course(key: $course) { activity(window: $window, range: $range) { start events activeSeconds %s } } }"""
SUMMARY = """query ($course: String!, $range: TimeRange!) { course(key: $course) { summary {
  enrolled averageCompletion averageScore distribution items { itemKey started satisfied averageScore stoppedHere }
  completions(range: $range, window: DAY) { completed } } } }"""
LEARNER = """query ($id: ID!, $range: TimeRange!) {
  learner(id: $id) { activity(window: DAY, range: $range) { start events activeSeconds } } }"""


def cases() -> Mapping[str, tuple[str, dict[str, Any]]]:
    """The queries by name, each with its variables. The range is the demo's eight weeks."""
    now = utc_now()
    span = {"from": show_time(now - timedelta(weeks=WEEKS)), "to": show_time(now)}
    learner = global_id("demo-0001")
    course = {"course": SQL101, "range": span}
    return {
        "course by day, learners": (COURSE % "learners", {**course, "window": "DAY"}),
        "course by day": (COURSE % "", {**course, "window": "DAY"}),
        "course by week, learners": (COURSE % "learners", {**course, "window": "WEEK"}),
        "course by week": (COURSE % "", {**course, "window": "WEEK"}),
        "course summary": (SUMMARY, course),
        "learner's activity": (LEARNER, {"id": learner, "range": span}),
        "timeline page": (TIMELINE, {"id": learner}),
        "grid of fifty": (GRID, {"course": SQL101}),
    }


async def compare(worlds: Mapping[str, World], *, rounds: int) -> list[dict[str, Any]]:
    """Send every query to every world in turn; the p50 and p90 of each, in ms."""
    took: dict[tuple[str, str], list[float]] = {}
    async with AsyncExitStack() as stack:
        connections = {}
        for name, world in worlds.items():
            gateway = world.deployment.serve()
            connection = Connection(HOST, gateway.port, world.deployment.bearer())
            connections[name] = await stack.enter_async_context(connection)
        for number in range(rounds + 3):  # the first three warm up
            for case, (query, variables) in cases().items():
                body = orjson.dumps({"query": query, "variables": variables})
                for name, connection in connections.items():
                    started = perf_counter()
                    answer = await connection.post(body)
                    elapsed = (perf_counter() - started) * 1000
                    if b'"errors"' in answer:
                        raise SystemExit(f"bench growth: {case}: {answer.decode()[:300]}")
                    if number >= 3:
                        took.setdefault((case, name), []).append(elapsed)
    rows = []
    for case in cases():
        row: dict[str, Any] = {"query": case}
        for name in worlds:
            deciles = quantiles(took[case, name], n=10, method="inclusive")
            row |= {f"{name} p50": round(deciles[4], 1), f"{name} p90": round(deciles[8], 1)}
        first, *_, last = [row[f"{name} p50"] for name in worlds]
        rows.append({**row, "ratio": round(last / first, 2)})
    return rows


async def size_of(world: World, sql: Any) -> dict[str, Any]:
    """How much a world has: learners of the course, its learner-quarters, events."""
    counts = await world.stores.progress.count_by_courses([SQL101], states=None)
    quarters = await sql.fetchval("SELECT count(*) FROM course_activity WHERE course_key = $1", SQL101)
    events = await sql.fetchval("SELECT count(*) FROM event_ledger")
    return {"learners of the course": counts[SQL101], "learner-quarters": quarters, "events": events}
