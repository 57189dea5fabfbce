"""InfluxDB loses its data while a gateway serves: `quadrangle rebuild timeline` restores it, also after a kill."""

import asyncio
import signal
import subprocess
from asyncio.subprocess import Process
from collections.abc import Awaitable
from pathlib import Path

import pytest

from stores.batches import REBUILT_ROWS
from stores.domain.progress_projection import without_voided
from stores.domain.rebuilds import Rebuild, RebuildPosition
from stores.influx.client import Influx, open_influx
from stores.influx.lines import INTERACTION
from stores.ports.stores import Stores
from tests.e2e.command import COMMAND, PLAIN, TOP
from tests.e2e.deployment import COURSE, Deployment, learner, open_deployment
from tests.e2e.load import Writer, assert_agree, delivered, ledger_of, timeline_of

LEARNERS, WRITTEN = 3 * REBUILT_ROWS, 40
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def wipe(influx: Influx) -> None:
    """Drop the timeline, and leave a measurement of the layout of earlier versions."""
    await influx.ask(f"DROP MEASUREMENT {INTERACTION}")
    await influx.write([b"attendance,course=c events=1i 1"])


async def measurements(influx: Influx) -> set[str]:
    [found] = await influx.ask("SHOW MEASUREMENTS")
    return {row[0] for series in found for row in series.rows}


def started(deployment: Deployment, *words: str) -> Awaitable[Process]:
    return asyncio.create_subprocess_exec(
        *COMMAND,
        *words,
        cwd=TOP,
        env={**PLAIN, **deployment.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


async def quadrangle(deployment: Deployment, *words: str) -> str:
    """Run a command; return its stdout."""
    process = await started(deployment, *words)
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


async def has_begun(stores: Stores) -> bool:
    position = await stores.progress.rebuild_position(Rebuild.TIMELINE)
    return position is not None and position.after is not None


async def killed_under_way(deployment: Deployment, stores: Stores) -> RebuildPosition:
    """Kill a rebuild after its first batch; return its position."""
    process = await started(deployment, "rebuild", "timeline")
    async with asyncio.timeout(60):
        while not await has_begun(stores):  # noqa: ASYNC110 - stores have no event to wait for
            await asyncio.sleep(0.001)
    process.kill()
    await process.communicate()
    assert process.returncode == -signal.SIGKILL
    left = await stores.progress.rebuild_position(Rebuild.TIMELINE)
    assert left is not None
    return left


async def lose_and_rebuild(folder: Path) -> None:
    async with open_deployment(folder, learners=LEARNERS) as (deployment, stores):
        gateway = deployment.serve()
        writer = Writer([deployment.endpoint(gateway)], deployment.bearer(), seed=1, learners=range(LEARNERS))
        for turn in range(WRITTEN):
            await writer.write_once(turn * LEARNERS // WRITTEN)
        await delivered(stores, within=60)
        assert deployment.embedded.influx_url is not None
        async with open_influx(deployment.embedded.influx_url) as influx:
            await wipe(influx)
            assert await timeline_of(stores, learner(0)) == []
            said = await quadrangle(deployment, "rebuild", "timeline", "--course", COURSE)
            sent = [key for ids in writer.sent.values() for key in ids]
            events = without_voided((await ledger_of(stores, sent)).values())
            assert said == f"rebuilt the timeline: appended {len(events):,} events\n"
            await assert_agree(stores, [writer], LEARNERS)

            await wipe(influx)
            assert (await killed_under_way(deployment, stores)).after is not None
            assert await quadrangle(deployment, "rebuild", "timeline", "--drop-old")
            await assert_agree(stores, [writer], LEARNERS)
            assert await measurements(influx) == {INTERACTION}
        assert (await quadrangle(deployment, "rebuild", "activity")).endswith(", 0 of them changed\n")


def test_a_lost_timeline_is_rebuilt_while_a_gateway_serves(tmp_path: Path) -> None:
    tmp_path.parent.chmod(0o711)
    with asyncio.Runner() as runner:
        runner.run(lose_and_rebuild(tmp_path))
