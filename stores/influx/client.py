"""The InfluxDB client. It connects on first use, and translates all errors.

1.x, 2.x and 3.x have `/write` and `/query` (InfluxQL) in common; Flux is absent from 3.x. All of them take Basic
authentication: in 2.x and 3.x the password is the token.
"""

import logging
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from urllib.parse import unquote, urlencode, urlsplit

import aiohttp
import orjson
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync
from yarl import URL

from stores.batches import INFLUX_BYTES, INFLUX_LINES, bounded
from stores.errors import Fault, Rejected, StoreError, TimedOut, Unavailable
from stores.influx.influxql import Series

STORE = "timeline"
SCHEMES = ("influxdb+http", "influxdb+https")
OLD_MEASUREMENTS = ("event", "attendance", "activity")
"""The measurements of the layout before the timeline only appended. They are never read."""
DEAD_CONNECTION = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientPayloadError)
"""Errors of a pooled connection whose server went away. Every request may be sent again."""
FORM, LINES = "application/x-www-form-urlencoded", "text/plain; charset=utf-8"
DROPPED = re.compile(r"points beyond retention policy dropped=(\d+)")
log = logging.getLogger("quadrangle.influx")


@asynccontextmanager
async def open_influx(
    url: str, *, answer_within: timedelta = timedelta(seconds=30), connections: int = 16
) -> AsyncIterator["Influx"]:
    """The database of a URL `influxdb+http(s)://[user:token@]host:port/database`. It connects on first use."""
    parts, port = urlsplit(""), None
    with suppress(ValueError):
        parts, port = urlsplit(url), urlsplit(url).port
    database = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in SCHEMES or not parts.hostname or not database or parts.query or parts.fragment:
        raise Rejected(STORE, "the URL is malformed: influxdb+http(s)://[user:token@]host:port/database")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    # In one data centre, compressing a response takes longer than sending it.
    headers = {"Accept-Encoding": "identity"}
    if parts.username or parts.password:
        credentials = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {b64encode(credentials.encode()).decode()}"
    server = f"{parts.scheme.removeprefix('influxdb+')}://{host}" + (f":{port}" if port else "")
    client = InfluxDBClientAsync(
        server,
        timeout=answer_within // timedelta(milliseconds=1),
        connection_pool_maxsize=connections,
        client_session_kwargs={"headers": headers, "cookie_jar": aiohttp.DummyCookieJar()},
        # Loading the system's certificates takes 40 ms, and plain HTTP needs none.
        ssl_context=None if parts.scheme == "influxdb+https" else SSLContext(PROTOCOL_TLS_CLIENT),
    )
    async with client:
        # The client's own calls build each request's headers and URL anew, and serialize them twice.
        yield Influx(client.api_client.rest_client.pool_manager, server, database)


class Influx:
    """One database of the InfluxDB server at this URL. `beyond_retention`: how many points the server did not store
    because they are older than the database keeps."""

    def __init__(self, session: aiohttp.ClientSession, server: str, database: str) -> None:
        self._session = session
        self._query_url = f"{server}/query"
        self._write_url = f"{server}/write?{urlencode({'db': database, 'precision': 'ns'})}"
        self.database = database
        self.beyond_retention = 0

    async def prepare(self) -> None:
        """Create the database on 1.x. On later versions it must exist."""
        with suppress(StoreError):
            await self.ask(*self.creation)
        await self.ping()

    @property
    def creation(self) -> tuple[str, ...]:
        """The statements that create the database on 1.x."""
        name = self.database.translate({ord("\\"): r"\\", ord('"'): r"\"", ord("\n"): r"\n"})
        # A read opens every shard of its span, so long shards make it cheaper.
        shards = f'ALTER RETENTION POLICY "autogen" ON "{name}" SHARD DURATION 4w'
        return f'CREATE DATABASE "{name}"', shards

    async def exists(self) -> bool:
        """Whether the server has the database. SHOW DATABASES does not list every bucket of 2.x."""
        try:
            await self.ping()
        except Unavailable as error:
            if error.fault is not Fault.MIGRATIONS_PENDING:
                raise
            return False
        return True

    async def ping(self) -> None:
        """Select nothing: the server's own /ping checks neither the credentials nor the database."""
        await self.ask("SELECT id FROM interaction WHERE time = 0")

    async def drop_old_layout(self) -> list[str]:
        """Delete the measurements of the layout before the timeline only appended, and return their names."""
        [answer] = await self.ask("SHOW MEASUREMENTS")
        found = [row[0] for series in answer for row in series.rows if row[0] in OLD_MEASUREMENTS]
        for name in found:
            await self.ask(f'DROP MEASUREMENT "{name}"')
        return found

    async def ask(self, *statements: str, values: Mapping[str, str] | None = None) -> list[list[Series]]:
        """Send the statements with their bound values as one request, and return the series of each."""
        form = {
            "db": self.database,
            "epoch": "ns",
            "q": ";".join(statements),
            "params": orjson.dumps(values or {}).decode(),
        }
        status, body = await self._post(self._query_url, URL.build(query=form).raw_query_string.encode(), FORM)
        if status >= 300:
            raise refused(status, body.decode(errors="replace"))
        try:
            # 2.x leaves out statements without rows; the body is {} if there are no rows at all.
            results = (orjson.loads(body) or {"results": []})["results"]
        except (ValueError, TypeError, KeyError):
            raise Unavailable(STORE, "the server is not InfluxDB", fault=Fault.BAD_URL) from None
        answers: list[list[Series]] = [[] for _ in statements]
        for result in results:
            # An unknown database, a killed query and other errors come with status 200.
            if "error" in result:
                raise refused(200, str(result["error"]))
            answers[result["statement_id"]] += [
                Series(each.get("tags", {}), each.get("values", [])) for each in result.get("series", ())
            ]
        return answers

    async def write(self, lines: Iterable[bytes]) -> None:
        """Store lines of line protocol. `Rejected` if the server refused some of a request, without saying which.
        Points that are older than the database keeps count as stored."""
        for batch in bounded(lines, most=INFLUX_LINES, most_bytes=INFLUX_BYTES):
            status, answer = await self._post(self._write_url, b"\n".join(batch), LINES)
            text = answer.decode(errors="replace")
            if dropped := DROPPED.search(text):
                if not self.beyond_retention:
                    log.warning("InfluxDB does not keep events of this age: look at the retention of the database")
                self.beyond_retention += int(dropped[1])
            elif status >= 300:
                raise refused(status, text)

    async def _post(self, url: str, body: bytes, content_type: str, *, retry: bool = True) -> tuple[int, bytes]:
        headers = {"Content-Type": content_type}
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                return response.status, await response.read()
        except TimeoutError:
            raise TimedOut(STORE, "no answer from InfluxDB in time") from None
        except (aiohttp.ClientError, OSError, UnicodeError) as error:  # the last: a name that no host can have
            if retry and isinstance(error, DEAD_CONNECTION) and not isinstance(error, aiohttp.ClientConnectorError):
                return await self._post(url, body, content_type, retry=False)
            raise Unavailable(STORE, "InfluxDB cannot be reached") from None


def refused(status: int, text: str) -> StoreError:
    """The error of a response. Its text is not kept: it may quote learners' data."""
    if "limit exceeded" in text and "partial write" in text:
        # The data is right, so this must be retried: a rejected event would stay out of the timeline.
        limits = "InfluxDB is at a limit of its own: look at max-values-per-tag and max-series-per-…"
        return Unavailable(STORE, limits, fault=Fault.OVERLOADED)
    if "partial write" in text or status in (400, 413, 422):
        return Rejected(STORE, f"InfluxDB refused the request, or a part of it (HTTP {status})")
    if "timeout" in text or status in (408, 504):
        return TimedOut(STORE, "InfluxDB reported a timeout")
    if status in (401, 403):
        credentials = "InfluxDB refuses the credentials: look at the user and the token"
        return Unavailable(STORE, credentials, fault=Fault.BAD_CREDENTIALS)
    if "database not found" in text or status == 404:
        missing = "the database is missing: run `quadrangle migrate`, or create it in InfluxDB 2.x and 3.x"
        return Unavailable(STORE, missing, fault=Fault.MIGRATIONS_PENDING)
    return Unavailable(STORE, f"InfluxDB failed (HTTP {status})", fault=Fault.FAILED)
