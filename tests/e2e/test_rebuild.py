"""InfluxDB loses what it had while gateways serve and remember: `quadrangle rebuild timeline` brings it back."""

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
from tests.e2e.demo import COMMAND, PLAIN, TOP
from tests.e2e.load import Writer, assert_agree, delivered, timeline_of
from tests.e2e.town import COURSE, Town, learner, open_town

LEARNERS = 4
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def wipe(influx: Influx) -> None:
    """InfluxDB 1.6 may leave points in a DELETE's way, hence again."""
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


async def quadrangle(town: Town, words: Sequence[str]) -> str:
    """What it said on stdout."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *words,
        cwd=TOP,
        env={**PLAIN, **town.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


async def lost_and_made_again(folder: Path) -> None:
    async with open_town(folder, learners=LEARNERS) as (town, stores):
        gateway = town.serve()
        writer = Writer([town.endpoint(gateway)], town.bearer(), seed=1, learners=range(LEARNERS))
        for turn in range(10 * LEARNERS):
            await writer.write_once(turn % LEARNERS)
        await delivered(stores, within=60)
        assert town.embedded.influx_url is not None
        async with open_influx(town.embedded.influx_url) as influx:
            await wipe(influx)
        assert await timeline_of(stores, learner(0)) == []
        said = await quadrangle(town, ["rebuild", "timeline", "--course", COURSE])
        events = sum(map(len, writer.sent.values()))
        assert said == f"the timeline was told all {events:,} events of {LEARNERS} enrolments\n"
        await assert_agree(stores, [writer], LEARNERS)


def test_a_lost_timeline_is_made_again_while_gateways_serve(tmp_path: Path) -> None:
    tmp_path.parent.chmod(0o711)
    with asyncio.Runner() as runner:
        runner.run(lost_and_made_again(tmp_path))
