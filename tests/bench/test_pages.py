"""Every server of the bench answers every case with the same JSON, over real servers."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.embedded.influxd import find_influxd
from gateway.runtime.clock import utc_now
from gateway.runtime.shutdown import new_loop
from tests.backends import missing
from tests.bench.cases import UNLIMITED, cases
from tests.bench.compare import hit_rates, target_of
from tests.bench.data import open_data
from tests.bench.measure import check_same
from tests.bench.node import Missing
from tests.bench.servers import CACHED, SERVERS, Server

LEARNERS = 60


def available() -> list[Server]:
    """The servers that can run here; those that need Node or packages of npm may be missing."""
    found = []
    for server in SERVERS:
        try:
            server.prepare()
        except Missing:
            continue
        found.append(server)
    return found


async def compare_all(folder: Path) -> int:
    """Compare the answers of all servers; return how many cases."""
    servers = available()
    async with open_data(folder, learners=LEARNERS, on_progress=lambda kind, done, total: None) as data:
        environment = {**data.deployment.environment, **UNLIMITED}
        with ExitStack() as stack:
            started = {}
            for server in servers:
                started[server.name] = await server.start(environment, folder, profile=False)
                stack.callback(started[server.name].stop)
            every = cases(data.course_key, data.learner_ids, now=utc_now())
            for case in every:
                await check_same([target_of(server, started[server.name], case) for server in servers])
        [cached] = [server for server in servers if server.name == CACHED]
        assert set(hit_rates(cached.log_of(folder)) or ()) >= {"profiles.by_ids", "catalog.versions"}
    return len(every)


def test_all_servers_answer_with_the_same_json(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    if not pytestconfig.getoption("--long"):
        pytest.skip("only `make full` starts all servers of the bench")
    if find_influxd() is None:
        missing("InfluxDB: there is no influxd")
    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(compare_all(tmp_path)) == 7
