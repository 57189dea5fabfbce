"""`python -m tests bench live`: the write path and live updates over real servers, with gateways as processes.

Everything runs on this machine's cores: the gateway, the relay, four servers and the load.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from gateway.runtime.shutdown import new_loop
from tests.bench.crowd import crowding
from tests.bench.importing import OULAD, importing
from tests.bench.watching import WATCHED, idle, watching
from tests.bench.writing import LEARNERS, writing
from tests.e2e.deployment import open_deployment

CASES = ("write", "write-by-two", "watch", "crowd", "idle", "import")


async def case(name: str, given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Run one case on servers and data of its own."""
    async with open_deployment(folder, learners=LEARNERS if name.startswith("write") else WATCHED) as (
        deployment,
        stores,
    ):
        match name:
            case "write":
                return await writing(deployment, stores, rate=given.rate, seconds=given.seconds, gateways=1)
            case "write-by-two":
                return await writing(deployment, stores, rate=given.rate, seconds=given.seconds, gateways=2)
            case "watch":
                return await watching(deployment, stores, rate=100, seconds=given.seconds / 2)
            case "crowd":
                return await crowding(deployment, rate=10, seconds=given.seconds / 2)
            case "idle":
                return await idle(deployment)
    async with open_deployment(folder / "import", learners=0) as (deployment, stores):
        return await importing(deployment, stores)


def shown(value: object) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{name} {number}" for name, number in value.items())
    return str(value)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests bench live", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"any of {', '.join(CASES)} (default: all)")
    parser.add_argument(
        "--rate", type=float, default=2_000, help="events a second of the cases write… (default %(default)s)"
    )
    parser.add_argument("--seconds", type=float, default=60, help="how long each case runs (default %(default)s)")
    parser.add_argument("--json", type=Path, default=Path("bench-live.json"), help="output file (default %(default)s)")
    given = parser.parse_args()
    if unknown := set(given.cases) - set(CASES):
        parser.error(f"unknown case {', '.join(sorted(unknown))}: use {', '.join(CASES)}")
    rows = []
    for name in given.cases or CASES:
        if name == "import" and not OULAD.is_dir():
            print(f"{name}: skipped, because OULAD's files are not in {OULAD}", file=sys.stderr, flush=True)
            continue
        with (
            tempfile.TemporaryDirectory(prefix="quadrangle-bench-") as folder,
            asyncio.Runner(loop_factory=new_loop) as runner,
        ):
            Path(folder).chmod(0o711)
            rows.append(runner.run(case(name, given, Path(folder))))
        print(f"{name}: done", file=sys.stderr, flush=True)
    for each in rows:
        table = Table(title=str(each["case"]))
        for name in each:
            if name != "case":
                table.add_column(name, justify="right")
        table.add_row(*(shown(value) for name, value in each.items() if name != "case"))
        Console(width=120).print(table)
    about = {"at": datetime.now(UTC).isoformat(), "python": platform.python_version(), "cores": os.cpu_count()}
    given.json.write_text(json.dumps({**about, "rows": rows}, indent=1) + "\n")
    print(f"written to {given.json}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
