"""`python -m tests bench`: what a request costs the gateway, beside a page written by hand and other servers.

Every server is a process of its own, as it is served (event loop, garbage collection, HTTP), over the same stores.
All of them answer the same request with the same JSON, in turn. CPU is that of the server's own process.
"""

import argparse
import asyncio
import json
import os
import platform
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.runtime.clock import utc_now
from gateway.runtime.shutdown import new_loop
from tests.bench.cases import NAMES, QUICK, cases
from tests.bench.compare import Comparison, Cores
from tests.bench.data import LEARNERS, open_data
from tests.bench.measure import WrongAnswer
from tests.bench.node import Missing
from tests.bench.servers import HAND, OURS, SERVERS, Server
from tests.bench.tables import hit_rates, markdown, profile_table, table

BARS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
WIDTH = 140


async def bench(
    given: argparse.Namespace, servers: Sequence[Server], console: Console, folder: Path
) -> Mapping[str, list[dict[str, Any]]]:
    """The rows of each case."""
    cores = Cores.available()
    os.sched_setaffinity(0, cores.load)  # the servers of the stores are started by this process
    console.print(str(cores))
    comparison = Comparison(
        servers=servers, rounds=given.rounds, seconds=given.seconds, cores=cores, folder=folder, profile=given.profile
    )
    with Progress(*BARS, console=console) as bars:
        bar = bars.add_task("loading", total=None)

        def on_progress(kind: str, done: int, total: int) -> None:
            bars.update(bar, completed=done, total=total)

        async with open_data(folder, learners=given.learners, on_progress=on_progress) as data:
            every = cases(data.course_key, data.learner_ids, now=utc_now())
            chosen = [case for case in every if case.name in given.queries]
            bars.reset(bar, total=comparison.slices(len(chosen)))
            return await comparison.run(
                data,
                chosen,
                on_case=lambda name: bars.update(bar, description=name),
                on_slice=lambda: bars.advance(bar),
            )


def names(known: Sequence[str]) -> Any:
    """An argument's type: some of these names, separated by commas."""

    def read(text: str) -> list[str]:
        given = text.split(",")
        if unknown := set(given) - set(known):
            raise argparse.ArgumentTypeError(f"unknown {', '.join(sorted(unknown))}: use {', '.join(known)}")
        return given

    return read


def arguments() -> argparse.Namespace:
    known = [server.name for server in SERVERS]
    parser = argparse.ArgumentParser(prog="python -m tests bench", description=__doc__)
    parser.add_argument("--queries", type=names(NAMES), metavar="A,B", help=f"of {', '.join(NAMES)} (default: all)")
    parser.add_argument("--servers", type=names(known), metavar="A,B", help=f"of {', '.join(known)} (default: all)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each server (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=0.5, help="how long a turn lasts (default %(default)s)")
    parser.add_argument("--learners", type=int, default=LEARNERS, help="learners of the data (default %(default)s)")
    parser.add_argument(
        "--quick", action="store_true", help=f"only {HAND} and {OURS}, and {', '.join(QUICK)} unless others are named"
    )
    parser.add_argument("--profile", action="store_true", help="also show where the CPU goes; it then costs more")
    parser.add_argument("--markdown", action="store_true", help="print the tables as README has them")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="output file (default %(default)s)")
    given = parser.parse_args()
    given.queries = given.queries or (QUICK if given.quick else NAMES)
    given.servers = given.servers or ([HAND, OURS] if given.quick else known)
    return given


def main() -> int:
    given, console = arguments(), Console(stderr=True, width=WIDTH)
    servers = []
    for server in SERVERS:
        if server.name in given.servers:
            try:
                console.print(server.prepare())
                servers.append(server)
            except Missing as missing:
                console.print(f"{server.name}: skipped, because {missing}")
    with (
        tempfile.TemporaryDirectory(prefix="quadrangle-bench-") as folder,
        asyncio.Runner(loop_factory=new_loop) as runner,
    ):
        Path(folder).chmod(0o711)
        try:
            found = runner.run(bench(given, servers, console, Path(folder)))
        except WrongAnswer as wrong:
            console.print(f"bench: {wrong}")
            return 1
    for name, rows in found.items():
        if given.markdown:
            print(markdown(name, rows))
        else:
            Console(width=WIDTH).print(table(name, rows))
        if given.profile:
            Console(width=WIDTH).print(profile_table(name, rows))
    for line in hit_rates(found):
        print(line)
    about = {"at": datetime.now(UTC).isoformat(), "python": platform.python_version(), "cores": os.cpu_count()}
    given.json.write_text(json.dumps({**about, "rows": dict(found)}, indent=1) + "\n")
    console.print(f"written to {given.json}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
