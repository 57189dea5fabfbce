"""`python -m tests bench memory`: the same comparison over rows in memory, which is the gateway's own cost.

n learners × {5 enrolments × {course, progress}, 5 activities, session}: 2,901 fields at n = 50.
"""

import argparse
from collections.abc import Sequence

from rich.console import Console

from resolvers.viewer import Role, Viewer
from tests.bench.cases import Case
from tests.bench.compare import Comparison
from tests.bench.memory.schema import QUERY
from tests.bench.report import WIDTH, Bar, Found, add_options, run_and_report
from tests.bench.servers import HAND, OURS, RATE, Python, Server
from tests.e2e.deployment import SECRET

MODULE = "tests.bench.memory.server"
SETTINGS = {**RATE, "GATEWAY_CACHE": "off", "GATEWAY_RELAY": "external"}
SERVERS: Sequence[Server] = (
    Python(name=HAND, module=MODULE, arguments=["learners"], path=None),
    Python(name=f"{OURS}, bare", module=MODULE, arguments=["bare"]),
    Python(name=OURS, module=MODULE, arguments=["gateway"], environment=SETTINGS),
    Python(
        name="reference",
        module=MODULE,
        arguments=["gateway"],
        environment={**SETTINGS, "GATEWAY_EXECUTOR": "reference"},
    ),
)
SIZES = (10, 50)
ADMIN = Viewer(subject="bench", role=Role.ADMIN)
CASES = [Case(name=f"learners-{size}", query=QUERY, variables={"n": size}, viewer=ADMIN) for size in SIZES]


async def bench(comparison: Comparison, bar: Bar) -> Found:
    """The rows of each size."""
    on_case, on_slice = bar.measuring(comparison.slices(CASES))
    return await comparison.run({"GATEWAY_AUTH_SECRET": SECRET}, CASES, on_case=on_case, on_slice=on_slice)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests bench memory", description=__doc__)
    add_options(parser, rounds=6, output="bench-memory.json")
    return run_and_report(parser.parse_args(), SERVERS, bench, Console(stderr=True, width=WIDTH))


if __name__ == "__main__":
    raise SystemExit(main())
