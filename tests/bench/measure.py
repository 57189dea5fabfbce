"""Times servers that answer the same request, interleaved, so that noise on the machine affects all of them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from time import perf_counter
from typing import Any

import orjson

from gateway.embedded.loopback import HOST
from tests.bench.http import Connection
from tests.bench.processes import own_cpu_seconds

WARM_UP_SECONDS = 1.5
"""For each server and case: Node compiles what runs often, and every server opens its connections."""


@dataclass(slots=True)
class Samples:
    """What one server did at one concurrency. `latencies`: ms of each request; `cpu`: seconds of the server's own
    process."""

    latencies: list[float] = field(default_factory=list)
    cpu: float = 0.0

    def p(self, percent: int) -> float:
        """A percentile of the latencies in ms."""
        if len(self.latencies) == 1:
            return self.latencies[0]
        return quantiles(self.latencies, n=100, method="inclusive")[percent - 1]

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds of a request."""
        return self.cpu / len(self.latencies) * 1000


class WrongAnswer(Exception):
    """A server's answer differs from that of the others, or has errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A server and the request that it gets. `pid`: the process whose CPU counts."""

    name: str
    pid: int
    port: int
    path: str
    authorization: str
    body: bytes

    def connection(self) -> Connection:
        """A connection for the requests."""
        return Connection(HOST, self.port, self.authorization, path=self.path)

    async def answer(self) -> Any:
        """The data of one response. Raises `WrongAnswer`."""
        async with self.connection() as connection:
            return data_of(self.name, await connection.post(self.body))


def data_of(name: str, body: bytes) -> Any:
    """The data of a response. Raises `WrongAnswer` if it has errors."""
    answer = orjson.loads(body)
    if "errors" in answer or "data" not in answer:
        raise WrongAnswer(f"{name}: {orjson.dumps(answer.get('errors')).decode():.500}")
    return answer["data"]


async def check_same(targets: Sequence[Target]) -> int:
    """Compare the data of every server with that of the first; return the bytes of a response. Raises `WrongAnswer`."""
    first = await targets[0].answer()
    for target in targets[1:]:
        if (its := await target.answer()) != first:
            place, ours, other = difference(first, its, "data")
            raise WrongAnswer(f"{place}: {targets[0].name} has {ours!r:.200}, {target.name} has {other!r:.200}")
    return len(orjson.dumps(first))


def difference(first: Any, second: Any, place: str) -> tuple[str, Any, Any]:
    """Where two JSON values differ first."""
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        pairs: list[tuple[str, Any, Any]] = [(f"{place}.{key}", first[key], second[key]) for key in first]
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        pairs = [(f"{place}[{number}]", *pair) for number, pair in enumerate(zip(first, second, strict=True))]
    else:
        return place, first, second
    return next(difference(one, other, where) for where, one, other in pairs if one != other)


async def send(target: Target, samples: Samples, *, concurrency: int, seconds: float) -> None:
    """Send requests over `concurrency` connections, one after the other on each, and add to the samples. Each
    connection sends one at least. Raises `WrongAnswer` for an answer with errors."""
    answers: set[bytes] = set()

    async def repeat(connection: Connection) -> None:
        while True:
            began = perf_counter()
            answers.add(await connection.post(target.body))
            ended = perf_counter()
            samples.latencies.append((ended - began) * 1000)
            if ended >= until:
                return

    connections = [target.connection() for _ in range(concurrency)]
    for connection in connections:
        await connection.__aenter__()
    cpu = own_cpu_seconds(target.pid)
    until = perf_counter() + seconds
    await asyncio.gather(*map(repeat, connections))
    samples.cpu += own_cpu_seconds(target.pid) - cpu
    for connection in connections:
        await connection.__aexit__(None, None, None)
    for answer in answers:  # few: only a session's age changes them
        data_of(target.name, answer)


async def interleaved(
    targets: Sequence[Target],
    *,
    concurrencies: Sequence[int],
    rounds: int,
    seconds: float,
    on_slice: Callable[[], None] = lambda: None,
) -> Mapping[tuple[str, int], Samples]:
    """Send requests to every server in turn, `rounds` times at each concurrency for `seconds`, after a warm-up; the
    samples by name and concurrency."""
    for target in targets:
        await send(target, Samples(), concurrency=max(concurrencies), seconds=WARM_UP_SECONDS)
        on_slice()
    samples = {(target.name, concurrency): Samples() for target in targets for concurrency in concurrencies}
    for number in range(rounds):
        for concurrency in concurrencies:
            for target in targets if number % 2 == 0 else reversed(targets):
                its = samples[target.name, concurrency]
                await send(target, its, concurrency=concurrency, seconds=seconds)
                on_slice()
    return samples
