"""One fault after another under steady load, and what clients and metrics saw of each."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, time
from typing import Any

from gateway.embedded.loopback import HOST
from tests.chaos.breaker_log import BreakerLog
from tests.chaos.faults import Fault, fault_of
from tests.chaos.gateway_state import GatewayState, Holdings
from tests.chaos.load import Load, Sample, running
from tests.chaos.place import DEADLINE_SECONDS, Place
from tests.e2e.failing_servers import SERVER_OF
from tests.runbooks import execute_away, execute_back

OPENS_WITHIN = DEADLINE_SECONDS + 1
CLOSES_WITHIN = 5.0
PATIENCE = 15.0
"""Seconds after which the run no longer waits for a breaker."""
BURST = 8
SETTLE_SECONDS = 2.0
MAIN_STORE = {"mongo": "catalog", "sql": "progress", "influx": "timeline", "redis": "sessions"}
"""The store whose reads the load makes, by server."""

Trouble = tuple[str, Fault]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One fault. `opened` and `closed`: seconds from its beginning, and from its end, to the breaker's change; None: it
    did not change in time. `measured_open`: whether the metrics show it open, too. `before`, `during`, `after`: the
    answers of operations that began then."""

    server: str
    fault: Fault
    opened: float | None
    closed: float | None
    measured_open: bool
    before: Sequence[Sample]
    during: Sequence[Sample]
    after: Sequence[Sample]

    @property
    def name(self) -> str:
        return f"{self.server} {self.fault.value}"


@dataclass(slots=True)
class Run:
    """What a run saw. `at_rest`: what the process held before the first fault and after the last."""

    phases: list[Phase] = field(default_factory=list)
    at_rest: list[Holdings] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)


async def run_faults(
    place: Place,
    load: Load,
    state: GatewayState,
    troubles: Sequence[Trouble],
    *,
    calm: float,
    trouble: float,
    runbooks: Path | None = None,
    on_phase: Callable[[Phase], None] = lambda phase: None,
) -> Run:
    """Each trouble for `trouble` seconds, after `calm` seconds without. `runbooks`: a folder for the commands of the
    runbooks, which are run while a server is killed and when it is back; None: they are not run."""
    run = Run()
    await load.burst(BURST)  # the pools are as large as they become
    run.at_rest.append(await _at_rest(state))
    load.samples.clear()
    async with running(load):
        for server, fault in troubles:
            phase = await _phase(place, load, state, server, fault, calm=calm, trouble=trouble, runbooks=runbooks)
            run.phases.append(phase)
            on_phase(phase)
        await asyncio.sleep(calm)
    run.samples = list(load.samples)
    await load.burst(BURST)
    run.at_rest.append(await _at_rest(state))
    return run


async def _at_rest(state: GatewayState) -> Holdings:
    await asyncio.sleep(SETTLE_SECONDS)
    return await state.holdings()


async def _phase(
    place: Place,
    load: Load,
    state: GatewayState,
    server: str,
    fault: Fault,
    *,
    calm: float,
    trouble: float,
    runbooks: Path | None,
) -> Phase:
    began = monotonic()
    await asyncio.sleep(calm)
    breakers = BreakerLog(lambda: place.gateway.log)
    main = (MAIN_STORE[server], "reads")
    troubled, since = monotonic(), time()
    async with fault_of(place, server, fault):
        opened = await breakers.until(lambda found: main in found, since=since, within=PATIENCE)
        measured_open = main in await state.open_breakers()
        await asyncio.sleep(max(0.0, troubled + trouble - monotonic()))
        measured = monotonic()
        if runbooks is not None and fault is Fault.KILLED:
            await execute_away(server, **_command_place(place, runbooks))
    back, since = monotonic(), time()
    own = {store for store, its in SERVER_OF.items() if its == server}
    closed = await breakers.until(
        lambda found: not any(store in own for store, _ in found), since=since, within=PATIENCE
    )
    if runbooks is not None and fault is Fault.KILLED:
        await execute_back(server, **_command_place(place, runbooks))
    await asyncio.sleep(1)
    return Phase(
        server=server,
        fault=fault,
        opened=opened,
        closed=closed,
        measured_open=measured_open,
        before=_between(load.samples, began, troubled),
        during=_between(load.samples, troubled, measured),
        after=_between(load.samples, back + (PATIENCE if closed is None else closed), monotonic()),
    )


def _command_place(place: Place, folder: Path) -> dict[str, Any]:
    """Where the commands of a runbook are run."""
    gateway = f"{HOST}:{place.gateway.port}"
    return {"environment": place.deployment.environment, "folder": folder, "gateway": gateway}


def _between(samples: Sequence[Sample], first: float, last: float) -> list[Sample]:
    return [sample for sample in samples if first <= sample.began < last]
