"""Voids of old events under load, and a server that stops answering: the timeline equals the ledger as soon as the
backlog has drained."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest

from gateway.runtime.clock import utc_now
from resolvers.types.scalars import show_time
from tests.e2e.deployment import ITEMS, Command, Deployment, open_deployment, registration
from tests.e2e.load import Writer, assert_agree, delivered

WEEKS_AGO = timedelta(weeks=5)
LARGE_BATCH = 400
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class ScriptedWriter(Writer):
    """Writes events that a test gives, in batches."""

    def event(self, number: int, at: datetime, **values: Any) -> dict[str, Any]:
        """An event of this learner, noted as sent."""
        event = {
            "id": str(UUID(int=self.chance.getrandbits(128), version=4)),
            "registration": str(registration(number)),
            "at": show_time(at),
            "verb": "PAUSED",
            **values,
        }
        if event["verb"] != "VOIDED":
            event |= {"itemKey": self.chance.choice(ITEMS), "durationSeconds": 1.0}
        self.sent.setdefault(number, []).append(UUID(event["id"]))
        return event

    def void(self, event: dict[str, Any]) -> dict[str, Any]:
        """A void of an event."""
        number = UUID(event["registration"]).int & 0xFFFF
        return self.event(number, utc_now(), verb="VOIDED", voids=event["id"])

    async def write_all(self, events: Iterable[dict[str, Any]], *, size: int = 100) -> None:
        """Write events, and repeat each batch until it is acknowledged."""
        given = list(events)
        async with self._client() as client:
            for start in range(0, len(given), size):
                await self._write_until_acknowledged(client, given[start : start + size])


def writer_of(deployment: Deployment, gateway: Command, seed: int) -> ScriptedWriter:
    return ScriptedWriter([deployment.endpoint(gateway)], deployment.bearer(), seed=seed, learners=range(0))


@asynccontextmanager
async def writing(writers: Sequence[ScriptedWriter], numbers: range, *, size: int) -> AsyncIterator[None]:
    """Each writer writes batches of present events of these learners until the context ends."""
    over = asyncio.Event()

    async def write(writer: ScriptedWriter) -> None:
        while not over.is_set():
            events = [writer.event(writer.chance.choice(numbers), utc_now()) for _ in range(size)]
            await writer.write_all(events, size=size)

    async with asyncio.TaskGroup() as tasks:
        for writer in writers:
            tasks.create_task(write(writer))
        yield
        over.set()


async def old_events_are_voided(folder: Path, learners: int) -> None:
    busy = range(learners, learners + 20)
    async with AsyncExitStack() as stack:
        deployment, stores = await stack.enter_async_context(open_deployment(folder, learners=busy.stop))
        gateway = deployment.serve()
        old, *present = [writer_of(deployment, gateway, seed) for seed in range(4)]
        async with writing(present, busy, size=LARGE_BATCH):
            at = utc_now() - WEEKS_AGO
            events = [
                [old.event(number, at + timedelta(seconds=60 * place)) for place in range(5)]
                for number in range(learners)
            ]
            chance = Random(1)
            voids = []
            for start in range(0, learners, 80):
                batch = events[start : start + 80]
                await old.write_all([event for given in batch for event in given], size=LARGE_BATCH)
                voids.append(asyncio.create_task(void_later(old, [chance.choice(given) for given in batch], chance)))
            await asyncio.gather(*voids)
        await delivered(stores, within=120)
        await assert_agree(stores, [old, *present], busy.stop)


async def void_later(writer: ScriptedWriter, targets: Sequence[dict[str, Any]], chance: Random) -> None:
    await asyncio.sleep(chance.uniform(4, 6))
    await writer.write_all([writer.void(target) for target in targets])


def test_old_events_that_are_voided_later_leave_every_timeline_and_count_right(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    tmp_path.parent.chmod(0o711)
    with asyncio.Runner() as runner:
        runner.run(old_events_are_voided(tmp_path, 1_440 if pytestconfig.getoption("--long") else 160))


async def influxdb_stops_for_a_while(folder: Path, *, times: int, seconds: float) -> None:
    learners = range(40)
    async with open_deployment(folder, learners=learners.stop) as (deployment, stores):
        gateway = deployment.serve()
        writers = [writer_of(deployment, gateway, seed) for seed in range(3)]
        [influxd] = [server for server in deployment.embedded.servers if server.name.startswith("InfluxDB")]
        async with voiding(writers, learners):
            for _ in range(times):
                await asyncio.sleep(1)
                os.kill(influxd.process.pid, signal.SIGSTOP)
                try:
                    await asyncio.sleep(seconds)
                finally:
                    os.kill(influxd.process.pid, signal.SIGCONT)
            await asyncio.sleep(1)
        await delivered(stores, within=120)
        await assert_agree(stores, writers, learners.stop)


@asynccontextmanager
async def voiding(writers: Sequence[ScriptedWriter], numbers: range) -> AsyncIterator[None]:
    """Each writer writes batches of ten events, one in six a void of an earlier one, until the context ends."""
    over = asyncio.Event()

    async def write(writer: ScriptedWriter) -> None:
        live: list[dict[str, Any]] = []
        while not over.is_set():
            batch = []
            for _ in range(10):
                if live and writer.chance.random() < 1 / 6:
                    batch.append(writer.void(live.pop(writer.chance.randrange(len(live)))))
                else:
                    live.append(writer.event(writer.chance.choice(numbers), utc_now()))
                    batch.append(live[-1])
            await writer.write_all(batch)

    async with asyncio.TaskGroup() as tasks:
        for writer in writers:
            tasks.create_task(write(writer))
        yield
        over.set()


def test_the_timeline_equals_the_ledger_as_soon_as_the_backlog_has_drained(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    tmp_path.parent.chmod(0o711)
    times, seconds = (5, 7.0) if pytestconfig.getoption("--long") else (1, 6.0)
    with asyncio.Runner() as runner:
        runner.run(influxdb_stops_for_a_while(tmp_path, times=times, seconds=seconds))
