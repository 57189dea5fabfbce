"""Requests to a small and a large world, over gateways that are served, interleaved in one run."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from time import perf_counter
from typing import Any

import orjson

from gateway.datasets.demo.courses import SQL101
from gateway.embedded.loopback import HOST
from gateway.http.auth.tokens import Tokens
from gateway.runtime.clock import utc_now
from resolvers.viewer import Viewer
from tests.bench.growth.cases import cases_of
from tests.bench.growth.golden import Case
from tests.bench.growth.world import OnProgress, World
from tests.bench.http import Connection
from tests.bench.processes import children, ended_cpu_seconds, own_cpu_seconds
from tests.e2e.deployment import SECRET

WARM_UP = 3
IN_A_ROW = 4
"""Requests that one world gets before it is the other's turn."""
LIMIT = 1.3
GATEWAY = "gateway"


@dataclass(slots=True)
class Samples:
    """What one case did in one world: ms of each request, bytes of the responses, and CPU seconds by process."""

    latencies: list[float] = field(default_factory=list)
    size: int = 0
    cpu: dict[str, float] = field(default_factory=dict)

    def cpu_ms(self, process: str) -> float:
        """CPU milliseconds of a request in this process."""
        return self.cpu.get(process, 0.0) / len(self.latencies) * 1000

    @property
    def total_ms(self) -> float:
        """CPU milliseconds of a request in all processes."""
        return sum(map(self.cpu_ms, self.cpu))


@dataclass(slots=True, kw_only=True)
class Side:
    """A world with its gateway: the cases, a connection for each viewer, and the processes whose CPU counts."""

    port: int
    pids: Mapping[str, int]
    cases: Mapping[str, Case]
    connections: dict[Viewer, Connection] = field(default_factory=dict)
    samples: dict[str, Samples] = field(default_factory=dict)

    async def connect(self, stack: AsyncExitStack, now: datetime) -> None:
        """Connect once for each viewer."""
        tokens = Tokens(secret=SECRET)
        for viewer in dict.fromkeys(case.viewer for case in self.cases.values()):
            bearer = f"Bearer {tokens.mint(viewer, now=now, valid_for=timedelta(hours=5))}"
            self.connections[viewer] = await stack.enter_async_context(Connection(HOST, self.port, bearer))

    async def problems(self, name: str) -> list[str]:
        """The kinds of errors of a response: codes and fields, whatever the rows."""
        case = self.cases[name]
        answer = orjson.loads(await self.connections[case.viewer].post(case.body()))
        errors = answer.get("errors", [])
        fields = ([part for part in each.get("path") or () if isinstance(part, str)] for each in errors)
        return sorted(
            {f"{each['extensions'].get('code')} {'.'.join(path)}" for each, path in zip(errors, fields, strict=True)}
        )

    async def send(self, name: str) -> None:
        """Send requests in a row and add to the samples."""
        case, samples = self.cases[name], self.samples.setdefault(name, Samples())
        connection = self.connections[case.viewer]
        before = self.cpu()
        for _ in range(IN_A_ROW):
            body = case.body()
            began = perf_counter()
            answer = await connection.post(body)
            samples.latencies.append((perf_counter() - began) * 1000)
            samples.size += len(answer)
        for process, seconds in self.cpu().items():
            samples.cpu[process] = samples.cpu.get(process, 0.0) + seconds - before[process]

    def cpu(self) -> Mapping[str, float]:
        """CPU seconds of each process, with those of its children (PostgreSQL has one for each connection)."""
        return {
            name: sum(map(own_cpu_seconds, [pid, *children(pid)])) + ended_cpu_seconds(pid)
            for name, pid in self.pids.items()
        }


async def compare(
    worlds: Mapping[str, World], *, rounds: int, only: Sequence[str], cache: str, on_progress: OnProgress
) -> list[dict[str, Any]]:
    """Send every request to every world in turn; the rows of the table. `cache`: whether queries share reads."""
    now = utc_now()
    async with AsyncExitStack() as stack:
        sides = [await side_of(world, cache=cache, now=now) for world in worlds.values()]
        for side in sides:
            await side.connect(stack, now)
        names = [name for name in sides[0].cases if not only or any(part in name for part in only)]
        for name in names:
            found = [await side.problems(name) for side in sides for _ in range(WARM_UP)]
            if any(each != found[0] for each in found):
                raise SystemExit(f"bench growth: {name}: the errors differ: {found}")
        for number in range(rounds):
            for place, name in enumerate(names, number * len(names)):
                for side in sides:
                    await side.send(name)
                on_progress("requests", (place + 1) * IN_A_ROW * 2, rounds * len(names) * IN_A_ROW * 2)
        return [row(name, sides[0].samples[name], sides[-1].samples[name]) for name in names]


async def side_of(world: World, *, cache: str, now: datetime) -> Side:
    """A world with a gateway of its own."""
    gateway = world.deployment.serve(GATEWAY_CACHE=cache)
    servers = {server.name.split()[0]: server.process.pid for server in world.deployment.embedded.servers}
    made = await cases_of(world.stores, learners=world.learners, now=now)
    return Side(port=gateway.port, pids={GATEWAY: gateway.pid, **servers}, cases={case.name: case for case in made})


def row(name: str, small: Samples, large: Samples) -> dict[str, Any]:
    """A row of the table: medians in ms, kB of a response and CPU ms of a request, as `small → large`."""
    latencies = median(small.latencies), median(large.latencies)
    sizes = small.size / len(small.latencies) / 1000, large.size / len(large.latencies) / 1000
    ratios = latencies[1] / latencies[0], large.total_ms / max(small.total_ms, 0.01)
    return {
        "query": name,
        "p50": _pair(*latencies),
        "ratio": round(ratios[0], 2),
        "kB": _pair(*sizes),
        "CPU": _pair(small.total_ms, large.total_ms),
        "CPU ratio": round(ratios[1], 2),
        **{process: _pair(small.cpu_ms(process), large.cpu_ms(process)) for process in small.cpu},
        "grows": "yes" if min(ratios) > LIMIT * max(1.0, sizes[1] / sizes[0]) else "",
    }


def above(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The queries whose latency and CPU both grow by more than the limit, and by more than their answers do: the page
    of a small world may not be full."""
    return [each["query"] for each in rows if each["grows"]]


def _pair(small: float, large: float) -> str:
    return f"{small:.1f} → {large:.1f}"


async def size_of(world: World, sql: Any) -> dict[str, Any]:
    """How much a world has: learners of the course, its learner-quarters, events."""
    counts = await world.stores.progress.count_by_courses([SQL101], states=None)
    quarters = await sql.fetchval("SELECT count(*) FROM course_activity WHERE course_key = $1", SQL101)
    events = await sql.fetchval("SELECT count(*) FROM event_ledger")
    return {"learners of the course": counts[SQL101], "learner-quarters": quarters, "events": events}
