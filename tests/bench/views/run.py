"""`python -m tests bench pages`: the dashboard of large courses in Chromium, with all servers on this machine.

Courses: the largest run of OULAD (`--oulad`: the folder of its CSV files) and the largest course of the demo with
`--learners`. Both worlds are made once and kept. For each: the time until the first view, the store calls of each
document, and how busy the page's main thread is while learners study. It prints figures and asserts none.
"""

import argparse
import asyncio
import json
import os
import platform
import shutil
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import httpx2
from playwright.async_api import Browser
from rich.console import Console
from rich.table import Table

from gateway.runtime.console import ProgressBars
from gateway.web.page_sources import PagesState, pages_state
from tests.bench.views.busy import study, traced
from tests.bench.views.first_view import first_views, open_dashboard, store_calls
from tests.bench.views.worlds import open_demo_world, open_oulad_world
from tests.browser.chromium import open_chromium
from tests.browser.visits import Visits
from tests.e2e.deployment import Deployment

LEARNERS, RATE, SECONDS, ROUNDS = 30_000, 100.0, 20.0, 5
GOALS_MS = {"oulad": 1_500, "demo": 2_500}
COURSES = "{ courses(first: 100) { edges { node { key enrollments(first: 1) { totalCount } } } } }"
STUDIED = """query ($course: String!) { course(key: $course) {
  modules { items { key } } enrollments(first: 100) { edges { node { registration } } } } }"""


async def largest_course(endpoint: str, authorization: str) -> dict[str, Any]:
    """The course with most enrolments: its key, their number, registrations and items."""

    async def ask(query: str, **variables: str) -> Any:
        response = await client.post(endpoint, json={"query": query, "variables": variables})
        return response.json()["data"]

    async with httpx2.AsyncClient(timeout=60, headers={"Authorization": authorization}) as client:
        courses = [edge["node"] for edge in (await ask(COURSES))["courses"]["edges"]]
        largest = max(courses, key=lambda course: course["enrollments"]["totalCount"])
        studied = (await ask(STUDIED, course=largest["key"]))["course"]
    return {
        "course": largest["key"],
        "enrolments": largest["enrollments"]["totalCount"],
        "registrations": [edge["node"]["registration"] for edge in studied["enrollments"]["edges"]],
        "items": [item["key"] for module in studied["modules"] for item in module["items"]],
    }


async def measure(
    name: str, deployment: Deployment, browser: Browser, given: argparse.Namespace, bars: ProgressBars
) -> dict[str, Any]:
    """All figures of one world."""
    gateway = deployment.serve()
    endpoint, authorization = deployment.endpoint(gateway), deployment.bearer()
    course = await largest_course(endpoint, authorization)
    key, token = course["course"], authorization.removeprefix("Bearer ")
    visits, done = Visits(browser, endpoint.removesuffix("/graphql")), 0

    def on_round() -> None:
        nonlocal done
        bars(f"{name}: views", done := done + 1, given.rounds)

    views = await first_views(visits, key, token, rounds=given.rounds, on_round=on_round)
    uncached = deployment.serve(GATEWAY_CACHE="off")
    calls = await store_calls(visits, deployment.endpoint(uncached).removesuffix("/graphql"), key, token)
    uncached.stop()
    page, _ = await open_dashboard(visits, key, token)
    accepted, written = 0, 0

    def on_event() -> None:
        nonlocal written
        bars(f"{name}: events", written := written + 1, round(given.rate * given.seconds))

    async def work() -> None:
        nonlocal accepted
        accepted = await study(
            gateway.port,
            authorization,
            course["registrations"],
            course["items"],
            rate=given.rate,
            seconds=given.seconds,
            on_event=on_event,
        )

    busy, seconds = await traced(page, work)
    await visits.close()
    return {
        "world": name,
        "course": key,
        "enrolments": course["enrolments"],
        "first_view_ms": round(views[0]),
        "median_ms": round(median(views)),
        "goal_ms": GOALS_MS[name],
        "store_calls": calls,
        "events_per_s": round(accepted / seconds, 1),
        "main_thread_busy": f"{busy:.0%}",
        "faults": visits.faults.unannounced(),
    }


async def run(given: argparse.Namespace, chromium: str, console: Console) -> list[dict[str, Any]]:
    rows = []
    with ProgressBars(console, done="done:") as bars:
        worlds: dict[str, AbstractAsyncContextManager[Deployment]] = {}
        if given.oulad is not None:
            worlds["oulad"] = open_oulad_world(given.worlds / "oulad", files=given.oulad, on_progress=bars)
        if given.learners:
            folder = given.worlds / f"{given.learners}-learners"
            worlds["demo"] = open_demo_world(folder, learners=given.learners, on_progress=bars)
        for name, world in worlds.items():
            async with world as deployment, open_chromium(chromium) as browser:
                rows.append(await measure(name, deployment, browser, given, bars))
    return rows


def shown(row: dict[str, Any]) -> Table:
    table = Table("figure", "value", title=f"{row['world']}: {row['course']}")
    for name, value in row.items():
        table.add_row(name, json.dumps(value) if isinstance(value, dict | list) else str(value))
    return table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests bench pages", description=__doc__)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "quadrangle-bench"
    parser.add_argument("--oulad", type=Path, metavar="DIR", help="OULAD's CSV files (default: leave OULAD out)")
    parser.add_argument(
        "--learners", type=int, default=LEARNERS, help="learners of the demo; 0 leaves it out (default %(default)s)"
    )
    parser.add_argument("--worlds", type=Path, default=cache, help="where worlds are kept (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="views of each dashboard (default %(default)s)")
    parser.add_argument("--rate", type=float, default=RATE, help="progress events a second (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long they last (default %(default)s)")
    parser.add_argument("--json", type=Path, default=Path("bench-pages.json"), help="output (default %(default)s)")
    given = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("there is no chromium on the PATH")
    if (state := pages_state()) is not PagesState.CURRENT:
        parser.error(state.value)
    rows = asyncio.run(run(given, chromium, Console(stderr=True)))
    for row in rows:
        Console().print(shown(row))
    about = {"at": datetime.now(UTC).isoformat(), "python": platform.python_version(), "cores": os.cpu_count()}
    given.json.write_text(json.dumps({**about, "rows": rows}, indent=1) + "\n")
    print(f"written to {given.json}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
