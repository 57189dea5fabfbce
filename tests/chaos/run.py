"""`python -m tests chaos`: each server delayed, stalled, cut and killed under steady load."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import httpx2

from gateway.runtime.console import stderr_console
from tests.chaos.chaos import Phase, Run, Trouble, run_faults
from tests.chaos.faults import Fault
from tests.chaos.gateway_state import GatewayState
from tests.chaos.load import open_load
from tests.chaos.place import SERVERS, open_place
from tests.chaos.report import faults_of, shown

LEARNERS = 50
SLACK_SECONDS = 0.1
SECONDS_PER_FAULT = 18.0
"""About: five of calm, eight of trouble, and the recovery."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print the figures. 1 if a promise was broken; a goal that was missed changes nothing."""
    parser = argparse.ArgumentParser(prog="python -m tests chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="about how long it takes (default: 5)")
    parser.add_argument("--seed", type=int, default=14, help="of the load (default: 14)")
    parser.add_argument("--server", choices=SERVERS, action="append", help="only this server; may be repeated")
    options = parser.parse_args(arguments)
    servers = options.server or SERVERS
    troubles = [(server, fault) for fault in Fault for server in servers]
    share = options.minutes * 60 / (len(troubles) * SECONDS_PER_FAULT)
    run = asyncio.run(_run(troubles, seed=options.seed, share=share))
    print(shown(run))
    broken = list(dict.fromkeys(faults_of(run, slack=SLACK_SECONDS)))
    for line in broken:
        print(f"broken: {line}")
    return int(bool(broken))


async def _run(troubles: Sequence[Trouble], *, seed: int, share: float) -> Run:
    console = stderr_console()

    def on_phase(phase: Phase) -> None:
        console.print(f"{phase.name}: opened after {phase.opened}, closed after {phase.closed}")

    with tempfile.TemporaryDirectory(prefix="quadrangle-chaos-") as folder:
        async with (
            open_place(Path(folder), learners=LEARNERS) as place,
            open_load(place, learners=LEARNERS, seed=seed) as load,
            httpx2.AsyncClient() as client,
        ):
            state = GatewayState(client, place)
            return await run_faults(
                place,
                load,
                state,
                troubles,
                calm=5 * share,
                trouble=8 * share,
                runbooks=Path(folder),
                on_phase=on_phase,
            )


if __name__ == "__main__":
    sys.exit(main())
