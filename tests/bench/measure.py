"""Times two ways to do the same thing, interleaved, so that noise on the machine affects both."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import quantiles
from time import perf_counter, process_time
from typing import Any

from gateway.http.server import tune_garbage_collection


@dataclass(slots=True)
class Samples:
    """Milliseconds per call: `wall` of the clock, `cpu` of this process (without the servers)."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    async def take(self, run: Callable[[], Awaitable[Any]]) -> None:
        wall, cpu = perf_counter(), process_time()
        await run()
        self.cpu.append((process_time() - cpu) * 1000)
        self.wall.append((perf_counter() - wall) * 1000)

    def p(self, percent: int) -> float:
        return quantiles(self.wall, n=100, method="inclusive")[percent - 1]

    @property
    def mean_cpu(self) -> float:
        return sum(self.cpu) / len(self.cpu)


async def interleaved(
    ways: dict[str, Callable[[], Awaitable[Any]]], *, rounds: int, warm_up: int
) -> dict[str, Samples]:
    for _ in range(warm_up):
        for run in ways.values():
            await run()
    tune_garbage_collection()  # as `serve` does
    samples = {name: Samples() for name in ways}
    names = list(ways)
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            await samples[name].take(ways[name])
    return samples
