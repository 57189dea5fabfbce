"""Servers that end by themselves: restarted, or given up after the third end in a row."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from gateway.embedded.errors import EmbeddedError
from gateway.embedded.folder_state import ServerEntry
from gateway.embedded.loopback import free_ports
from gateway.embedded.processes import Process, is_running
from gateway.embedded.restarts import RestartPolicy, restarting
from gateway.embedded.running_server import RunningServer
from gateway.embedded.valkey import installed_valkey
from gateway.embedded.wait_until import wait_until
from tests.gateway.embedded.words import gone


class Watched:
    """Two Valkey servers, the lines about them, and whether the owner was asked to end."""

    def __init__(self, folder: Path) -> None:
        self.lines: list[str] = []
        self.given_up = asyncio.Event()
        self.entries: dict[str, list[ServerEntry]] = {"one": [], "two": []}
        ports = free_ports(list(self.entries), {}, folder)
        self.servers = {
            name: RunningServer(installed_valkey(), data=folder / name, port=ports[name], changed=entries.append)
            for name, entries in self.entries.items()
        }

    def policy(self, within: timedelta = timedelta(minutes=1)) -> RestartPolicy:
        return RestartPolicy(give_up=self.given_up.set, within=within, retry_after=timedelta(0))

    def process(self, name: str = "one") -> Process:
        return self.entries[name][-1].process

    async def kill(self, name: str = "one") -> Process:
        killed = self.process(name)
        os.kill(killed.pid, signal.SIGKILL)
        assert await gone(killed)
        return killed

    async def runs_again(self, count: int) -> None:
        await self.until(lambda: sum("runs again" in line for line in self.lines) == count)

    async def until(self, holds: Callable[[], bool]) -> None:
        async def now() -> bool:
            return holds()

        assert await wait_until(now, seconds=60), self.lines


@asynccontextmanager
async def started(folder: Path) -> AsyncIterator[Watched]:
    watched = Watched(folder)
    try:
        for server in watched.servers.values():
            await server.start()
        yield watched
    finally:
        for server in watched.servers.values():
            server.kill()


async def test_a_killed_server_runs_again_on_its_port_with_its_data(tmp_path: Path) -> None:
    async with started(tmp_path) as watched:
        entry = watched.entries["one"][0]
        async with restarting(watched.servers.values(), watched.policy(), watched.lines.append):
            async with Redis.from_url(entry.url) as redis:
                await redis.set("kept", "1")
                await redis.waitaof(1, 0, 0)
            killed = await watched.kill()
            await watched.runs_again(1)
            async with Redis.from_url(entry.url) as redis:
                assert await redis.get("kept") == b"1"
        assert watched.process() != killed
        assert is_running(watched.process())
        assert watched.lines == [
            "Valkey ended (killed by SIGKILL): restarting it",
            f"Valkey runs again on port {entry.port}",
        ]
        assert not watched.given_up.is_set()
        await watched.kill()
        assert not is_running(watched.process())  # outside the block it stays dead


async def test_the_third_end_in_a_row_is_the_last(tmp_path: Path) -> None:
    async with started(tmp_path) as watched:

        async def own() -> None:
            async with restarting(watched.servers.values(), watched.policy(), watched.lines.append):
                for count in (1, 2):
                    await watched.kill()
                    await watched.runs_again(count)
                await watched.kill()
                async with asyncio.timeout(60):
                    await watched.given_up.wait()

        why = r"^Valkey ended 3 times in a row: the last time killed by SIGKILL \(see .*/log\)$"
        with pytest.raises(EmbeddedError, match=why):
            await own()
        assert len(watched.entries["one"]) == 3
        assert len(watched.entries["two"]) == 1


async def test_the_error_takes_the_place_of_the_cancellation_that_it_causes(tmp_path: Path) -> None:
    async with started(tmp_path) as watched:

        async def own() -> None:
            me = asyncio.current_task()
            assert me is not None
            policy = RestartPolicy(give_up=me.cancel, deaths=1)
            async with restarting(watched.servers.values(), policy, watched.lines.append):
                await watched.kill()
                await asyncio.Event().wait()

        with pytest.raises(EmbeddedError, match="Valkey ended 1 times in a row"):
            await asyncio.create_task(own())


async def test_ends_that_are_far_apart_are_not_in_a_row(tmp_path: Path) -> None:
    async with started(tmp_path) as watched:
        policy = watched.policy(within=timedelta(0))
        async with restarting(watched.servers.values(), policy, watched.lines.append):
            for count in range(1, 5):
                await watched.kill()
                await watched.runs_again(count)
    assert not watched.given_up.is_set()


async def test_a_restart_that_fails_is_repeated_until_the_third(tmp_path: Path) -> None:
    async with started(tmp_path) as watched:
        port = watched.servers["one"].port

        def take(line: str) -> None:
            watched.lines.append(line)
            if len(watched.lines) == 1:
                listeners.append(socket.create_server(("127.0.0.1", port)))

        async def own() -> None:
            async with restarting(watched.servers.values(), watched.policy(), take):
                await watched.kill()
                async with asyncio.timeout(60):
                    await watched.given_up.wait()

        listeners: list[socket.socket] = []
        with pytest.raises(EmbeddedError, match=r"^Valkey ended 3 times in a row: Valkey did not start: .* in use"):
            await own()
        listeners[0].close()
        restarts = [line for line in watched.lines if line.endswith("restarting it")]
        failures = [line for line in watched.lines if line.startswith("Valkey did not start: ")]
        assert (len(restarts), len(failures)) == (2, 2)


async def test_a_stopped_server_and_a_frozen_one_are_left_alone(tmp_path: Path) -> None:
    async with started(tmp_path) as watched:
        async with restarting(watched.servers.values(), watched.policy(), watched.lines.append):
            frozen = watched.process()
            os.kill(frozen.pid, signal.SIGSTOP)
            await watched.kill("two")
            await watched.runs_again(1)
            os.kill(frozen.pid, signal.SIGCONT)
            await watched.servers["one"].stop()
            await watched.kill("two")
            await watched.runs_again(2)
        assert watched.entries["one"][-1].process == frozen
        assert not is_running(frozen)


async def test_an_owner_that_ends_during_a_restart_leaves_no_server(tmp_path: Path) -> None:
    async with started(tmp_path) as watched:
        async with restarting(watched.servers.values(), watched.policy(), watched.lines.append):
            await watched.kill()
            await watched.until(lambda: len(watched.entries["one"]) == 2)
        for server in watched.servers.values():
            await server.stop()
    assert await gone(watched.process("one"), watched.process("two"))


async def test_without_a_policy_nothing_is_restarted(tmp_path: Path) -> None:
    async with started(tmp_path) as watched, restarting(watched.servers.values(), None, watched.lines.append):
        assert len(asyncio.all_tasks()) == 1
    assert watched.lines == []
