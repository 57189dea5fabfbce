"""InfluxDB for tests: a server of the binary in INFLUXD_BIN, and a new database on any server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp

from gateway.embedded.influxd import influxd_of
from gateway.embedded.loopback import free_ports
from gateway.embedded.running_server import RunningServer
from stores.influx.client import Influx, open_influx


@asynccontextmanager
async def open_influxd(program: Path, data: Path) -> AsyncIterator[str]:
    """Start a server of this binary; its URL."""
    async with running_influxd(program, data) as (url, _):
        yield url


@asynccontextmanager
async def running_influxd(program: Path, data: Path) -> AsyncIterator[tuple[str, int]]:
    """Start a server of this binary; its URL and the id of its process."""
    server = influxd_of(program)
    [port] = free_ports([server.role], {}, data).values()
    pids: list[int] = []
    running = RunningServer(server, data=data, port=port, changed=lambda started: pids.append(started.pid))
    try:
        await running.start()
        yield server.url(data, port), pids[-1]
        await running.stop()
    finally:
        running.kill()


@asynccontextmanager
async def fresh_influx(url: str) -> AsyncIterator[Influx]:
    """A new database (2.x: a bucket), deleted at the end."""
    parts = urlsplit(url)
    name = f"test_{uuid4().hex}"
    headers = login_of(url)
    async with aiohttp.ClientSession(f"http://{parts.hostname}:{parts.port}", headers=headers) as server:
        async with server.get("/ping") as answer:
            is_first = answer.headers["X-Influxdb-Version"].startswith("1.")
        bucket = None if is_first else await made_bucket(server, name)
        try:
            async with open_influx(parts._replace(path=f"/{name}").geturl()) as influx:
                await influx.prepare()
                yield influx
        finally:
            gone = (
                server.post("/query", params={"q": f"DROP DATABASE {name}"})
                if bucket is None
                else server.delete(f"/api/v2/buckets/{bucket}")
            )
            async with gone:
                pass


def login_of(url: str) -> dict[str, str]:
    """The HTTP headers with the credentials of a URL."""
    parts = urlsplit(url)
    if not parts.password:
        return {}
    return {"Authorization": aiohttp.encode_basic_auth(parts.username or "", parts.password)}


async def made_bucket(server: aiohttp.ClientSession, name: str) -> str:
    async with server.get("/api/v2/orgs") as answer:
        [organization] = (await answer.json())["orgs"]
    async with server.post("/api/v2/buckets", json={"orgID": organization["id"], "name": name}) as answer:
        made: str = (await answer.json())["id"]
    return made
