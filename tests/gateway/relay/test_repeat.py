"""Repeated work of a relay: what it logs, and what it leaves to the log of stores."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from gateway.relay.repeat import repeat
from stores.backoff import Backoff
from stores.errors import Rejected, StoreError, TimedOut, Unavailable
from tests.gateway.log_stream import captured_logs

SHORT = timedelta(microseconds=1)


class Recorded:
    """The failures of stores."""

    def __init__(self) -> None:
        self.stores: list[str] = []

    def failed(self, store: str, error: StoreError) -> None:
        self.stores.append(store)


async def run(failures: Recorded, *errors: Exception) -> list[tuple[str, str]]:
    """Run work that fails with each of these errors, then succeeds twice. Returns the levels and messages."""
    left, done = list(errors), asyncio.Event()

    async def work() -> None:
        if left:
            raise left.pop(0)
        if done.is_set():
            await asyncio.Event().wait()
        done.set()

    with captured_logs() as logs:
        backoff = Backoff(first=SHORT, longest=SHORT)
        task = asyncio.create_task(repeat("delivery", work, pause=0, backoff=backoff, failures=failures))
        await done.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    return [(line["level"], line["message"]) for line in logs.records()]


@pytest.mark.parametrize("of", [Unavailable, TimedOut])
async def test_a_store_that_does_not_answer_is_reported_and_not_logged_here(
    of: Callable[[str, str], StoreError],
) -> None:
    failures = Recorded()
    assert await run(failures, of("outbox", "away"), of("outbox", "away")) == []
    assert failures.stores == ["outbox", "outbox"]


@pytest.mark.parametrize(
    ("error", "level"),
    [(KeyError("canary"), "ERROR"), (Rejected("live", "canary"), "WARNING"), (TimeoutError(), "WARNING")],
)
async def test_another_error_is_logged_once_and_so_is_the_recovery(error: Exception, level: str) -> None:
    lines = await run(Recorded(), Unavailable("live", "away"), error, error)
    assert lines == [(level, "delivery failed, retrying"), ("WARNING", "delivery works again")]
