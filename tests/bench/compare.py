"""One interleaved run of servers over the same stores."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from gateway.http.auth.tokens import Tokens
from gateway.runtime.clock import utc_now
from tests.bench.cases import Case
from tests.bench.measure import Samples, Target, WrongAnswer, check_same, interleaved
from tests.bench.processes import peak_kib, pin
from tests.bench.sampler import shares
from tests.bench.served import Served
from tests.bench.servers import HAND, Server
from tests.e2e.deployment import SECRET

CONCURRENCIES = (1, 8)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cores:
    """The cores of the server that is measured, and those of the load and the stores. They are the same on a machine
    with a single one."""

    server: frozenset[int]
    load: frozenset[int]

    @classmethod
    def available(cls) -> "Cores":
        """The first core for servers and the rest for the load."""
        first, *rest = sorted(os.sched_getaffinity(0))
        return cls(server=frozenset({first}), load=frozenset(rest or {first}))

    def __str__(self) -> str:
        if self.server == self.load:
            return "servers, load and stores on the same core"
        cores = ", ".join(map(str, sorted(self.load)))
        return f"each server on core {min(self.server)}, the load and the stores on {cores}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What is compared, and how long: `rounds` times `seconds` for each server at each concurrency. `profile`: sample
    where the servers' CPU goes."""

    servers: Sequence[Server]
    rounds: int
    seconds: float
    cores: Cores
    folder: Path
    profile: bool = False
    failures: dict[str, str] = field(default_factory=dict)

    def slices(self, chosen: Sequence[Case]) -> int:
        """How often `on_slice` is called for these cases."""
        return sum(len(self.servers) * (1 + self.rounds_of(case) * len(CONCURRENCIES)) for case in chosen)

    def rounds_of(self, case: Case) -> int:
        """How many turns each server has."""
        return min(self.rounds, case.most_rounds)

    async def run(
        self,
        environment: Mapping[str, str],
        chosen: Sequence[Case],
        *,
        on_case: Callable[[str], None],
        on_slice: Callable[[], None],
    ) -> Mapping[str, list[Row]]:
        """The rows of each case, over the stores of a gateway's environment. A case whose answers differ or have errors
        is in `failures`, and has no rows."""
        found = {}
        for settings in dict.fromkeys(tuple(case.settings.items()) for case in chosen):
            with ExitStack() as stack:
                processes: dict[str, Served] = {}
                for server in self.servers:
                    process = await server.start({**environment, **dict(settings)}, self.folder, profile=self.profile)
                    stack.callback(process.stop)
                    pin(process.pid, self.cores.server)
                    processes[server.name] = process
                for case in chosen:
                    if tuple(case.settings.items()) == settings:
                        on_case(case.name)
                        try:
                            found[case.name] = await self._case(case, processes, on_slice)
                        except WrongAnswer as wrong:
                            self.failures[case.name] = str(wrong)
            for server in self.servers:
                if (rates := hit_rates(server.log_of(self.folder))) is not None:
                    for case in chosen:
                        if tuple(case.settings.items()) == settings and case.name in found:
                            add_hit_rates(found[case.name], server.name, rates)
        return found

    async def _case(self, case: Case, processes: Mapping[str, Served], on_slice: Callable[[], None]) -> list[Row]:
        targets = [target_of(server, processes[server.name], case) for server in self.servers]
        await check_same(targets)
        if self.profile:
            await self._profiles(processes)
        samples = await interleaved(
            targets,
            concurrencies=CONCURRENCIES,
            rounds=self.rounds_of(case),
            seconds=self.seconds,
            on_slice=on_slice,
        )
        await check_same(targets)
        rows = [row_of(target, samples) for target in targets]
        if self.profile:
            found = await self._profiles(processes)
            for row in rows:
                row["profile"] = {**found[row["server"]], "cpu_ms": shares(found[row["server"]], row["cpu_ms_c8"])}
        return rows

    async def _profiles(self, processes: Mapping[str, Served]) -> Mapping[str, Any]:
        """The samples of each server since the last call."""
        found = {}
        for server in self.servers:
            file = server.profile_of(self.folder)
            os.kill(processes[server.name].pid, signal.SIGUSR1)
            async with asyncio.timeout(10):
                while not file.exists():  # noqa: ASYNC110 - another process writes it
                    await asyncio.sleep(0.01)
            found[server.name] = orjson.loads(file.read_bytes())
            file.unlink()
        return found


def hit_rates(log: Path) -> Mapping[str, float] | None:
    """The hit rates, by store and call, that a gateway logs at its end; None if it shares nothing."""
    for line in reversed(log.read_text().splitlines()):
        if '"hit_rates"' in line:
            rates: Mapping[str, float] = orjson.loads(line)["hit_rates"]
            return rates
    return None


def add_hit_rates(rows: Sequence[Row], name: str, rates: Mapping[str, float]) -> None:
    """Add the hit rates to the row of this server."""
    for row in rows:
        if row["server"] == name:
            row["hit_rates"] = rates


def target_of(server: Server, process: Served, case: Case) -> Target:
    """The request of a case to a server: its GraphQL, or its variables to the page written by hand."""
    token = Tokens(secret=SECRET).mint(case.viewer, now=utc_now(), valid_for=timedelta(hours=2))
    body = {"query": case.query, "variables": case.variables} if server.path else case.variables
    return Target(
        name=server.name,
        pid=process.pid,
        port=process.port,
        path=server.path_of(case.name),
        authorization=f"Bearer {token}",
        body=orjson.dumps(body),
    )


def row_of(target: Target, samples: Mapping[tuple[str, int], Samples]) -> Row:
    """The numbers of a server."""
    row: Row = {"server": target.name}
    for concurrency in CONCURRENCIES:
        its, hand = samples[target.name, concurrency], samples.get((HAND, concurrency))
        row |= {
            f"cpu_ms_c{concurrency}": its.cpu_ms,
            f"ratio_c{concurrency}": None if hand is None else its.cpu_ms / hand.cpu_ms,
            f"p50_ms_c{concurrency}": its.p(50),
            f"p99_ms_c{concurrency}": its.p(99),
        }
    row |= {
        "p99_by_p50_c8": row["p99_ms_c8"] / row["p50_ms_c8"],
        "requests": sum(len(samples[target.name, each].latencies) for each in CONCURRENCIES),
        "peak_mib": peak_kib(target.pid) // 1024,
    }
    return row
