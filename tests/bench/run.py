"""`python -m tests bench`: the gateway compared with the plain drivers, on real servers, in one interleaved run.

The gateway runs in this process and is called as uvicorn calls it (ASGI, without the socket), one request at a time.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from strawberry.relay import to_base64

from gateway.config.groups.rates import RatesSettings
from gateway.config.migrate_stores import migrate_stores
from gateway.config.open_stores import open_stores
from gateway.config.settings import Settings
from gateway.config.store_location import embedded_location
from gateway.datasets.demo.dataset import demo_dataset
from gateway.datasets.loader import load
from gateway.embedded.folder import DataFolder
from gateway.embedded.influxd import find_influxd
from gateway.embedded.open_servers import open_embedded
from gateway.http.app import build_app
from gateway.http.auth.access import Access
from gateway.http.auth.configured import verification_by
from gateway.runtime.clock import utc_now
from resolvers.schema import build_schema
from resolvers.viewer import Role, Viewer
from stores.domain.catalog import CourseFilter
from stores.domain.paging import Page
from stores.domain.progress import Enrollment
from stores.ports.stores import Stores
from tests.backends import Servers
from tests.bench.by_hand import by_hand, open_drivers
from tests.bench.cases import Case, cases
from tests.bench.measure import Samples, interleaved

ADMIN = Viewer(subject="bench", role=Role.ADMIN)
SECRET = "only for the benchmark, thirty-two bytes"


def caller(app: Any, state: Any, case: Case, *, trace: bool = False) -> Callable[[], Awaitable[Any]]:
    """A function that sends one POST through the whole app and returns the body of the response."""
    body = orjson.dumps({"query": case.query, "variables": case.variables})
    headers = [(b"content-type", b"application/json"), (b"host", b"127.0.0.1")]
    if trace:
        headers.append((b"x-gateway-trace", b"stores"))

    async def call() -> Any:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/graphql",
            "raw_path": b"/graphql",
            "query_string": b"",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "state": dict(state),
        }
        chunks: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            chunks.append(message.get("body", b""))

        await app(scope, receive, send)
        return b"".join(chunks)

    return call


async def bench(rounds: int, learners: int, folder: Path) -> list[dict[str, Any]]:
    def now() -> datetime:
        return datetime.now(UTC)

    async with open_embedded(
        DataFolder(folder), owner="bench", on_step=lambda step: None, influxd=find_influxd(), restart=None
    ) as embedded:
        if embedded.influx_url is None:
            raise SystemExit("bench: there is no influxd")
        urls = embedded_location(embedded).urls
        await migrate_stores(urls, now=now)
        async with open_stores(urls, now=now) as (stores, _):
            dataset = demo_dataset(seed=1, learners=learners, now=now())
            print(f"loading {learners} learners", file=sys.stderr)
            await load(dataset, stores, now=utc_now)
            of_course, of_learner = await busiest(stores)
        app = build_app(
            Settings(rates=RatesSettings(limit=0)),
            schema=build_schema(),
            open_stores=lambda: open_stores(urls, now=now),
            access=Access(verification=verification_by(SECRET), anonymous_viewer=ADMIN),
            now=now,
        )
        servers = Servers(
            mongo_url=embedded.mongo_url,
            sql_url=embedded.sql_url,
            influx_url=embedded.influx_url,
            redis_url=embedded.redis_url,
        )
        rows = []
        async with app.router.lifespan_context(app) as state, open_drivers(servers) as drivers:
            hands = by_hand(drivers, of_course, of_learner)
            for case in cases(of_course[0].course_key, global_id(of_learner[0].learner_id)):
                traced = orjson.loads(await caller(app, state, case, trace=True)())
                if "errors" in traced:
                    raise SystemExit(f"bench: {case.name}: {traced['errors']}")
                ways = {"gateway": caller(app, state, case), "by hand": hands[case.name]}
                samples = await interleaved(ways, rounds=rounds, warm_up=max(5, rounds // 10))
                rows += [row(case.name, way, its, traced, samples["by hand"]) for way, its in samples.items()]
        return rows


def global_id(learner_id: str) -> str:
    return to_base64("Learner", learner_id)


async def busiest(stores: Stores) -> tuple[list[Enrollment], list[Enrollment]]:
    """The first fifty enrolments of the fullest course, and all enrolments of the first of these learners."""
    courses = await stores.catalog.page(CourseFilter(), after=None, first=100)
    keys = [course.key for course in courses.rows]
    counts = await stores.progress.count_by_courses(keys, states=None)
    key = max(counts, key=lambda each: counts[each])
    pages = await stores.progress.by_courses([key], states=None, after=None, first=50)
    of_course = list(pages[key].rows)
    who = of_course[0].learner_id
    none: Page[Enrollment] = Page((), (), has_next=False)
    mine = await stores.progress.by_learners([who], states=None, courses=None, after=None, first=100)
    return of_course, list(mine.get(who, none).rows)


def row(case: str, way: str, its: Samples, traced: Any, hand: Samples) -> dict[str, Any]:
    return {
        "case": case,
        "way": way,
        "p50_ms": round(its.p(50), 2),
        "p99_ms": round(its.p(99), 2),
        "cpu_ms": round(its.mean_cpu, 2),
        "store_calls": traced["extensions"]["stores"]["calls"] if way == "gateway" else None,
        "cpu_ratio": round(its.mean_cpu / hand.mean_cpu, 2),
        "p50_ratio": round(its.p(50) / hand.p(50), 2),
    }


def shown(rows: list[dict[str, Any]]) -> Table:
    table = Table(title="one request at a time, interleaved; CPU of the gateway's process only")
    for name in rows[0]:
        table.add_column(name, justify="left" if name in ("case", "way") else "right")
    for each in rows:
        table.add_row(*("" if value is None else str(value) for value in each.values()))
    return table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=300, help="requests for each case and way (default %(default)s)")
    parser.add_argument("--learners", type=int, default=400, help="learners in the demo data (default %(default)s)")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="output file (default %(default)s)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quadrangle-bench-") as folder:
        rows = asyncio.run(bench(given.rounds, given.learners, Path(folder) / "data"))
    Console(width=120).print(shown(rows))
    about = {"at": datetime.now(UTC).isoformat(), "python": platform.python_version(), "cores": os.cpu_count()}
    given.json.write_text(json.dumps({**about, "rounds": given.rounds, "rows": rows}, indent=1) + "\n")
    print(f"written to {given.json}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
