"""`python -m tests bench growth`: what grows with the number of learners and events, and what must not.

Parts: `queries` sends every golden query, pages deep in lists, filters, orders and writes to a small and to a large
world, which are made once and kept in a folder, and shows the CPU of the gateway and of each store; `influx` measures
InfluxDB's CPU for each appended event; `backlog` times a relay that catches up. `--full`: 30,000 learners with about
4 million events, 2 million appended events and 100,000 commits.
"""

import argparse
import asyncio
import json
import os
import platform
import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from rich.console import Console
from rich.table import Table

from gateway.runtime.console import ProgressBars
from tests.bench.growth.backlog import LEARNERS as BACKLOG_LEARNERS
from tests.bench.growth.backlog import drain
from tests.bench.growth.influx_load import constant_cost
from tests.bench.growth.queries import LIMIT, above, compare, size_of
from tests.bench.growth.world import open_world
from tests.e2e.deployment import open_deployment

WIDTH = 170
PARTS = ("queries", "influx", "backlog")
SMALL, LARGE, EVENTS, COMMITS = 1_000, 8_000, 500_000, 30_000
FULL = {"large": 30_000, "events": 2_000_000, "commits": 100_000}


async def queries(given: argparse.Namespace, console: Console) -> list[dict[str, Any]]:
    async with AsyncExitStack() as stack:
        worlds = {}
        for name, learners in (("small", given.small), ("large", given.large)):
            with ProgressBars(console, done=f"made the {name} world:") as bars:
                opened = open_world(given.worlds / f"{learners}-learners", learners=learners, on_progress=bars)
                worlds[name] = await stack.enter_async_context(opened)
            sql = await asyncpg.connect(worlds[name].deployment.embedded.sql_url)
            console.print(name, await size_of(worlds[name], sql))
            await sql.close()
        with ProgressBars(console, done="sent") as bars:
            return await compare(worlds, rounds=given.rounds, only=given.only, cache=given.cache, on_progress=bars)


async def run(given: argparse.Namespace, console: Console) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "queries" in given.parts:
        found["queries"] = await queries(given, console)
    with tempfile.TemporaryDirectory(prefix="quadrangle-growth-") as folder:
        if "influx" in given.parts:
            found["influx"] = [await constant_cost(Path(folder) / "influx", events=given.events)]
        if "backlog" in given.parts:
            (Path(folder) / "backlog").mkdir()
            opened = open_deployment(Path(folder) / "backlog", learners=BACKLOG_LEARNERS)
            async with opened as (_, stores):
                found["backlog"] = [await drain(stores, commits=given.commits)]
    return found


def shown(part: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=part)
    for name in rows[0]:
        table.add_column(name, justify="left" if name == "query" else "right")
    for row in rows:
        table.add_row(*map(str, row.values()))
    return table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests bench growth", description=__doc__)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "quadrangle-bench"
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--worlds", type=Path, default=cache, help="where worlds are kept (default %(default)s)")
    parser.add_argument("--small", type=int, default=SMALL, help="learners of the small world (default %(default)s)")
    parser.add_argument("--large", type=int, default=LARGE, help="learners of the large world (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=10, help="turns of each query (default %(default)s)")
    parser.add_argument("--only", action="append", default=[], metavar="TEXT", help="queries with this in their name")
    parser.add_argument("--cache", choices=("on", "off"), default="off", help="shared reads (default %(default)s)")
    parser.add_argument("--events", type=int, default=EVENTS, help="events of `influx` (default %(default)s)")
    parser.add_argument("--commits", type=int, default=COMMITS, help="commits of `backlog` (default %(default)s)")
    parser.add_argument(
        "--full",
        action="store_true",
        help=f"the full sizes: {', '.join(f'--{name} {size}' for name, size in FULL.items())}",
    )
    parser.add_argument("--json", type=Path, default=Path("bench-growth.json"), help="output (default %(default)s)")
    given = parser.parse_args()
    if given.full:
        parser.set_defaults(**FULL)
        given = parser.parse_args()
    given.parts = given.parts or list(PARTS)
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}: use {', '.join(PARTS)}")
    console = Console(stderr=True, width=WIDTH)
    found = asyncio.run(run(given, console))
    for part, rows in found.items():
        Console(width=WIDTH).print(shown(part, rows))
    if grown := above(found.get("queries", [])):
        print(f"above {LIMIT}: {', '.join(grown)}")
    about = {"at": datetime.now(UTC).isoformat(), "python": platform.python_version(), "cores": os.cpu_count()}
    given.json.write_text(json.dumps({**about, **found}, indent=1) + "\n")
    print(f"written to {given.json}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
