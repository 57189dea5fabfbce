"""Restarts servers that end by themselves, and gives up on one that ends too often."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from math import inf

from gateway.embedded.errors import EmbeddedError
from gateway.embedded.folder import file_errors
from gateway.embedded.running_server import RunningServer

LOOK_EVERY = timedelta(milliseconds=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartPolicy:
    """A server that ends is restarted, unless it ended `deaths` times in a row. Then `give_up` is called.

    In a row: sooner than `within` after the restart before. A restart that fails counts as another end. `give_up` asks
    the command to end.
    """

    give_up: Callable[[], object]
    deaths: int = 3
    within: timedelta = timedelta(minutes=1)
    retry_after: timedelta = timedelta(seconds=1)


@asynccontextmanager
async def restarting(
    servers: Collection[RunningServer], policy: RestartPolicy | None, on_step: Callable[[str], None]
) -> AsyncIterator[None]:
    """Restart the servers inside the block. Raises `EmbeddedError` at its end if a server ended too often.

    A stopped process (SIGSTOP) has not ended. `policy` None: nothing is restarted.
    """
    if policy is None:
        yield
        return
    watches = [asyncio.create_task(_watch(server, policy, on_step)) for server in servers]
    try:
        yield
    finally:
        for watch in watches:
            watch.cancel()
        results = await asyncio.gather(*watches, return_exceptions=True)
        # Also in place of the cancellation by which the command ended.
        for result in results:
            if isinstance(result, Exception):
                raise result from None


async def _watch(server: RunningServer, policy: RestartPolicy, on_step: Callable[[str], None]) -> None:
    """Runs until it gives up, with an `EmbeddedError`."""
    now = asyncio.get_running_loop().time
    name, deaths, running_since = server.server.name, 0, -inf
    failure: EmbeddedError | None = None
    try:
        while True:
            await asyncio.sleep(LOOK_EVERY.total_seconds())
            if (how := server.unexpected_end) is None:
                continue
            deaths = deaths + 1 if now() - running_since < policy.within.total_seconds() else 1
            if deaths == policy.deaths:
                why = str(failure) if failure else f"the last time {how} (see {server.data / 'log'})"
                raise EmbeddedError(f"{name} ended {deaths} times in a row: {why}")
            on_step(f"{name} ended ({how}): restarting it")
            running_since, failure = inf, None
            try:
                with file_errors(server.data):
                    await server.start()
            except EmbeddedError as error:
                failure = error
                on_step(str(error))
                await asyncio.sleep(policy.retry_after.total_seconds())
            else:
                running_since = now()
                on_step(f"{name} runs again on port {server.port}")
    except Exception:
        policy.give_up()
        raise
