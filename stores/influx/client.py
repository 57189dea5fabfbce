"""The InfluxDB client: opened lazily, and what goes wrong translated in one place.

`/write` and InfluxQL's `/query` are what 1.x, 2.x and 3.x have in common (Flux is absent from 3.x), and Basic
authentication is what all of them understand: in 2.x and 3.x the password is the token.
"""

from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from http import HTTPStatus
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any
from urllib.parse import unquote, urlsplit

import aiohttp
import orjson
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync

from stores.errors import Rejected, StoreError, TimedOut, Unavailable
from stores.influx.influxql import Script, Series

STORE = "timeline"
SCHEMES = ("influxdb+http", "influxdb+https")
LINES_AT_ONCE = 5_000
SHARDS = "4w"
DEAD_CONNECTION = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientPayloadError)
"""A pooled connection whose server went away since. All we send may be sent again."""


@asynccontextmanager
async def open_influx(
    url: str, *, answer_within: timedelta = timedelta(seconds=30), connections: int = 16
) -> AsyncIterator["Influx"]:
    """The database that `influxdb+http(s)://[user:token@]host:port/database` names. Connects when first used."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise malformed() from None
    database = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in SCHEMES or not parts.hostname or not database or parts.query or parts.fragment:
        raise malformed()
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    client = InfluxDBClientAsync(
        f"{parts.scheme.removeprefix('influxdb+')}://{host}" + (f":{port}" if port else ""),
        timeout=answer_within // timedelta(milliseconds=1),
        connection_pool_maxsize=connections,
        allow_redirects=False,
        # Loading the system's certificates takes 40 ms, and plain HTTP needs none.
        ssl_context=None if parts.scheme == "influxdb+https" else SSLContext(PROTOCOL_TLS_CLIENT),
    )
    if parts.username or parts.password:
        credentials = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        client.api_client.set_default_header("Authorization", f"Basic {b64encode(credentials.encode()).decode()}")
    async with client:
        yield Influx(client, database)


def malformed() -> Rejected:
    return Rejected(STORE, "the URL is malformed: influxdb+http(s)://[user:token@]host:port/database")


class Influx:
    """One database of an InfluxDB server."""

    def __init__(self, client: InfluxDBClientAsync, database: str) -> None:
        self._api = client.api_client
        self.database = database

    async def prepare(self) -> None:
        """Make the database where a statement can (1.x); elsewhere it must be there."""
        script = Script()
        script.create_database(self.database, shards=SHARDS)
        with suppress(StoreError):
            await self.ask(script)
        await self.ping()

    async def ping(self) -> None:
        """A SELECT, for the server's own /ping looks at neither the credentials nor the database."""
        script = Script()
        script.select("events", of="activity", where=["time = 0"])
        await self.ask(script)

    async def ask(self, script: Script) -> list[list[Series]]:
        """For each statement its series. One request."""
        form = [("db", self.database), ("epoch", "ns"), ("q", ";".join(script.statements))]
        try:
            form.append(("params", orjson.dumps(script.values).decode()))
        except orjson.JSONEncodeError:
            raise Rejected(STORE, "text that is not Unicode") from None
        body = await self._send(
            "/query", post_params=form, header_params={"Content-Type": "application/x-www-form-urlencoded"}
        )
        try:
            # 2.x leaves out what has no rows: {} when nothing has.
            results = (orjson.loads(body) or {"results": []})["results"]
        except (ValueError, TypeError, KeyError):
            raise Unavailable(STORE, "what answers there is not InfluxDB") from None
        answers: list[list[Series]] = [[] for _ in script.statements]
        for result in results:
            # An unknown database, a query that was killed and much else come with status 200.
            if "error" in result:
                raise refused(HTTPStatus.OK, str(result["error"]))
            answers[result["statement_id"]] += [
                Series(each.get("name", ""), each.get("tags", {}), each.get("values", []))
                for each in result.get("series", ())
            ]
        return answers

    async def write(self, lines: Sequence[str]) -> None:
        """Store lines of line protocol, in this order, a few thousand a request."""
        for start in range(0, len(lines), LINES_AT_ONCE):
            await self._send(
                "/write",
                query_params=[("db", self.database), ("precision", "ns")],
                body="\n".join(lines[start : start + LINES_AT_ONCE]).encode(),
                header_params={"Content-Type": "text/plain; charset=utf-8", "Content-Encoding": "identity"},
            )

    async def _send(self, path: str, **arguments: Any) -> bytes:
        try:
            try:
                status, body = await self._once(path, **arguments)
            except aiohttp.ClientConnectorError:
                raise
            except DEAD_CONNECTION:
                status, body = await self._once(path, **arguments)
        except TimeoutError:
            raise TimedOut(STORE, "no answer from InfluxDB in time") from None
        except (aiohttp.ClientError, OSError, UnicodeError):  # the last: a name that no host can have
            raise Unavailable(STORE, "InfluxDB cannot be reached") from None
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            raise refused(status, body.decode(errors="replace"))
        return body

    async def _once(self, path: str, **arguments: Any) -> tuple[int, bytes]:
        # Without preloading: the driver would parse with `json` and raise with the whole answer as text.
        response: aiohttp.ClientResponse = await self._api.call_api(path, "POST", _preload_content=False, **arguments)
        async with response:
            return response.status, await response.read()


def refused(status: int, text: str) -> StoreError:
    """What an answer that is not one means. Its text stays here: it may quote what was sent."""
    if "partial write" in text and "limit exceeded" in text:
        # Not what was sent is at fault: called a rejection, it would be left out of the timeline for good.
        return Unavailable(STORE, "InfluxDB is at a limit of its own: look at max-values-per-tag and max-series-per-…")
    if "partial write" in text:
        return Rejected(STORE, f"InfluxDB kept only a part of what it was sent (HTTP {status})")
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}:
        return Rejected(STORE, f"InfluxDB cannot take this (HTTP {status})")
    if status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT} or "timeout" in text:
        return TimedOut(STORE, "InfluxDB gave up in time")
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Unavailable(STORE, "InfluxDB refuses us: look at the user and the token")
    if status == HTTPStatus.NOT_FOUND or "database not found" in text:
        return Unavailable(STORE, "InfluxDB has no database of this name")
    return Unavailable(STORE, f"InfluxDB failed (HTTP {status})")
