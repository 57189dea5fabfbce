"""`python -m tests bench traces`: the CPU that traces add to the dashboard query, over real servers.

Several apps run in this process, one without traces. They answer in turn, so that a noisy machine is noisy for all. CPU
is that of all threads: the spans of a turn are sent to a collector before the turn ends.
"""

import argparse
import asyncio
import gc
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import mean
from time import process_time
from typing import Any

import orjson
from starlette.types import Message

from gateway.config.groups.traces import TracesSettings
from gateway.config.open_stores import open_stores
from gateway.config.settings import Settings, read_settings
from gateway.http.app import build_app
from gateway.http.auth.access import Access
from gateway.http.auth.configured import verification_by
from gateway.http.auth.tokens import Tokens
from gateway.observability.tracing.export import Export
from gateway.observability.tracing.tracing import Tracing
from gateway.runtime.clock import utc_now
from gateway.runtime.shutdown import new_loop
from resolvers.schema import build_schema
from tests.bench.cases import NAMES, Case, cases
from tests.bench.data import LEARNERS, open_data
from tests.e2e.deployment import SECRET

CONCURRENCY = 8
WARM_UP = 200
DEFAULT_SHARE = TracesSettings().sample
SHARES = (0.0, DEFAULT_SHARE, 1.0)
LIMIT = 0.05
"""Of the CPU, at the share of operations that is the default. Only traced operations cost more, so that share of what
all of them add is compared: a few per cent are less than the noise of a busy machine."""


class Answers:
    """An app that answers one case, again and again."""

    def __init__(self, app: Any, state: Any, case: Case, token: str) -> None:
        self._app = app
        self._state = state
        self._body = orjson.dumps({"query": case.query, "variables": dict(case.variables)})
        given = {"authorization": f"Bearer {token}", "content-type": "application/json", "host": "localhost"}
        self._headers = [(name.encode(), value.encode()) for name, value in given.items()]

    async def answer(self) -> bytes:
        """The body of one response."""
        received = iter([{"type": "http.request", "body": self._body}])
        sent: list[Message] = []

        async def receive() -> Message:
            message = next(received, None)
            if message is None:
                await asyncio.Event().wait()
            return message or {}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/graphql",
            "raw_path": b"/graphql",
            "root_path": "",
            "query_string": b"",
            "headers": self._headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
            "state": dict(self._state),
        }
        await self._app(scope, receive, send)
        return b"".join(message.get("body", b"") for message in sent)

    async def turn(self, requests: int) -> None:
        """Send so many requests."""
        left = iter(range(requests))

        async def client() -> None:
            for _ in left:
                await self.answer()

        await asyncio.gather(*(client() for _ in range(CONCURRENCY)))


@asynccontextmanager
async def answering(settings: Settings, case: Case, tracing: Tracing | None) -> AsyncIterator[Answers]:
    """An app over the stores of the settings."""
    app = build_app(
        settings,
        schema=build_schema(),
        open_stores=partial(open_stores, settings.stores, now=utc_now),
        access=Access(verification=verification_by(SECRET)),
        now=utc_now,
        tracing=tracing,
    )
    token = Tokens(secret=SECRET).mint(case.viewer, now=utc_now(), valid_for=timedelta(hours=1))
    async with app.router.lifespan_context(app) as state:
        yield Answers(app, state, case, token)


@asynccontextmanager
async def collector() -> AsyncIterator[str]:
    """The URL of a collector in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.trace_collector", stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


async def compare(folder: Path, *, name: str, turns: int, requests: int, shares: Sequence[float]) -> dict[str, Any]:
    """The CPU ms of a request without traces, and the share that each share of traced operations adds to it."""
    async with open_data(folder, learners=LEARNERS, on_progress=lambda *_: None) as data, collector() as url:
        [case] = [each for each in cases(data.course_key, data.learner_ids, now=utc_now()) if each.name == name]
        settings = read_settings(
            {**data.deployment.environment, "GATEWAY_RELAY": "external", "GATEWAY_RATE_LIMIT": "0"}
        )
        export = Export(url)
        tracings = [None, *(Tracing(tracer=export.tracer, calls=export.calls, share=share) for share in shares)]
        seconds: list[list[float]] = [[] for _ in tracings]
        async with AsyncExitStack() as stack:
            apps = [await stack.enter_async_context(answering(settings, case, each)) for each in tracings]
            assert len({await app.answer() for app in apps}) == 1
            for app in apps:
                await app.turn(WARM_UP)
            order = list(zip(apps, seconds, strict=True))
            for turn in range(turns):
                first = turn % len(order)
                for app, spent in order[first:] + order[:first]:
                    gc.collect()
                    started = process_time()
                    await app.turn(requests)
                    await export.flush()
                    spent.append((process_time() - started) / requests)
        await export.close()
    off, *on = map(undisturbed, seconds)
    return {"ms": off * 1000, "added": {share: each / off - 1 for share, each in zip(shares, on, strict=True)}}


def undisturbed(seconds: Sequence[float]) -> float:
    """The mean of the quarter of the turns that other processes disturbed the least."""
    return mean(sorted(seconds)[: max(1, len(seconds) // 4)])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests bench traces", description=__doc__)
    parser.add_argument("--query", default="dashboard", choices=NAMES, help="default: %(default)s")
    parser.add_argument("--turns", type=int, default=24, help="turns of each app (default %(default)s)")
    parser.add_argument("--requests", type=int, default=500, help="requests of each turn (default %(default)s)")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="quadrangle-bench-") as folder,
        asyncio.Runner(loop_factory=new_loop) as runner,
    ):
        Path(folder).chmod(0o711)
        found = runner.run(
            compare(Path(folder), name=given.query, turns=given.turns, requests=given.requests, shares=SHARES)
        )
    print(f"{given.query}: {found['ms']:.2f} ms of CPU without traces")
    for share, added in found["added"].items():
        print(f"{share:.0%} of the operations traced: {added:+.1%}")
    expected = DEFAULT_SHARE * found["added"][1.0]
    print(f"{DEFAULT_SHARE:.0%} of what all of them add: {expected:+.1%}; the limit is {LIMIT:.0%}")
    return int(expected > LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
