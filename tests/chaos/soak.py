"""`python -m tests soak`: the load of the chaos run for ten minutes: memory, tasks and descriptors stay flat."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx2

from gateway.runtime.console import ProgressBars, format_table, stderr_console
from tests.chaos.gateway_state import GatewayState, Holdings
from tests.chaos.load import open_load, running
from tests.chaos.place import open_place

LEARNERS = 50
SAMPLES = 20
"""How many times the process is looked at, at equal distances. The first quarter is warming up."""
GROWTH = 1.05
"""Of the resident memory after the warm-up."""
MORE_TASKS = 10
"""Operations that are under way when the process is looked at."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print what the process held. 1 if it grew."""
    parser = argparse.ArgumentParser(prog="python -m tests soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (default: 10)")
    parser.add_argument("--pace", type=float, default=3.0, help="times the load of the chaos run (default: 3)")
    options = parser.parse_args(arguments)
    held = asyncio.run(_soak(options.minutes * 60, pace=options.pace))
    rows = [(str(each.resident_kib), str(each.tasks), str(each.descriptors)) for each in held]
    print(format_table([("resident KiB", "tasks", "descriptors"), *rows]))
    broken = list(growth_of(held))
    for line in broken:
        print(f"broken: {line}")
    return int(bool(broken))


def growth_of(held: Sequence[Holdings]) -> Iterator[str]:
    """A line for each quantity that is larger at the end than after the warm-up."""
    warm = held[len(held) // 4 :]
    first, last = warm[: len(warm) // 3], warm[-(len(warm) // 3) :]
    was, now = (max(each.resident_kib for each in some) for some in (first, last))
    if now > was * GROWTH:
        yield f"resident memory grew from {was} to {now} KiB"
    for name in ("tasks", "descriptors"):
        was, now = (min(getattr(each, name) for each in some) for some in (first, last))
        if now > was + MORE_TASKS:
            yield f"{name} grew from {was} to {now}"


async def _soak(seconds: float, *, pace: float) -> list[Holdings]:
    held: list[Holdings] = []
    with tempfile.TemporaryDirectory(prefix="quadrangle-soak-") as folder:
        async with (
            open_place(Path(folder), learners=LEARNERS) as place,
            open_load(place, learners=LEARNERS, seed=14, pace=pace) as load,
            httpx2.AsyncClient() as client,
        ):
            state = GatewayState(client, place)
            await load.burst(8)
            with ProgressBars(stderr_console(), done="soaked") as bars:
                async with running(load):
                    for number in range(SAMPLES):
                        await asyncio.sleep(seconds / SAMPLES)
                        held.append(await state.holdings())
                        load.samples.clear()
                        bars("soak", number + 1, SAMPLES)
    return held


if __name__ == "__main__":
    sys.exit(main())
