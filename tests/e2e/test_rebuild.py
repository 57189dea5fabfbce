"""InfluxDB loses its data while a gateway serves: `quadrangle rebuild timeline` restores it."""

import asyncio
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from stores.influx.around import ATTENDANCE
from stores.influx.client import Influx, open_influx
from stores.influx.influxql import Script
from stores.influx.lines import EVENT
from stores.influx.rollup import ACTIVITY
from tests.e2e.command import COMMAND, PLAIN, TOP
from tests.e2e.deployment import COURSE, Deployment, learner, open_deployment
from tests.e2e.load import Writer, assert_agree, delivered, timeline_of

LEARNERS = 4
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def wipe(influx: Influx) -> None:
    """Delete all points. A DELETE of InfluxDB 1.6 may miss points, so repeat it until none are left."""
    every = (EVENT, ATTENDANCE, ACTIVITY)
    async with asyncio.timeout(60):
        while True:
            for measurement in every:
                script = Script()
                script.delete(of=measurement, where=["time > 0"])
                await influx.ask(script)
            script = Script()
            for measurement in every:
                script.select("*", of=measurement, where=["time > 0"], then="LIMIT 1")
            if not any(await influx.ask(script)):
                return


async def quadrangle(deployment: Deployment, words: Sequence[str]) -> str:
    """Run a command; return its stdout."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *words,
        cwd=TOP,
        env={**PLAIN, **deployment.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


async def lose_and_rebuild(folder: Path) -> None:
    async with open_deployment(folder, learners=LEARNERS) as (deployment, stores):
        gateway = deployment.serve()
        writer = Writer([deployment.endpoint(gateway)], deployment.bearer(), seed=1, learners=range(LEARNERS))
        for turn in range(10 * LEARNERS):
            await writer.write_once(turn % LEARNERS)
        await delivered(stores, within=60)
        assert deployment.embedded.influx_url is not None
        async with open_influx(deployment.embedded.influx_url) as influx:
            await wipe(influx)
        assert await timeline_of(stores, learner(0)) == []
        said = await quadrangle(deployment, ["rebuild", "timeline", "--course", COURSE])
        events = sum(map(len, writer.sent.values()))
        assert said == f"republished {events:,} events of {LEARNERS} enrolments; the timeline has them\n"
        await assert_agree(stores, [writer], LEARNERS)


def test_a_lost_timeline_is_rebuilt_while_a_gateway_serves(tmp_path: Path) -> None:
    tmp_path.parent.chmod(0o711)
    with asyncio.Runner() as runner:
        runner.run(lose_and_rebuild(tmp_path))
