"""`python -m tests bench`: what a request costs the gateway, beside a page written by hand and other servers.

Every server is a process of its own, as it is served (event loop, garbage collection, HTTP), over the same stores.
All of them answer the same request with the same JSON, in turn. CPU is that of the server's own process.
"""

import argparse
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from gateway.runtime.clock import utc_now
from tests.bench.cases import NAMES, QUICK, cases
from tests.bench.compare import Comparison
from tests.bench.data import LEARNERS, open_data
from tests.bench.report import WIDTH, Bar, Found, add_options, run_and_report
from tests.bench.servers import HAND, OURS, SERVERS


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
    parser.add_argument("--learners", type=int, default=LEARNERS, help="learners of the data (default %(default)s)")
    parser.add_argument(
        "--quick", action="store_true", help=f"only {HAND} and {OURS}, and {', '.join(QUICK)} unless others are named"
    )
    add_options(parser, rounds=3, output="bench.json")
    given = parser.parse_args()
    given.queries = given.queries or (QUICK if given.quick else NAMES)
    given.servers = given.servers or ([HAND, OURS] if given.quick else known)
    return given


def main() -> int:
    given = arguments()

    async def bench(comparison: Comparison, bar: Bar) -> Found:
        async with open_data(comparison.folder, learners=given.learners, on_progress=bar.loading) as data:
            every = cases(data.course_key, data.learner_ids, now=utc_now())
            chosen = [case for case in every if case.name in given.queries]
            on_case, on_slice = bar.measuring(comparison.slices(chosen))
            return await comparison.run(data.deployment.environment, chosen, on_case=on_case, on_slice=on_slice)

    servers = [server for server in SERVERS if server.name in given.servers]
    return run_and_report(given, servers, bench, Console(stderr=True, width=WIDTH))


if __name__ == "__main__":
    raise SystemExit(main())
