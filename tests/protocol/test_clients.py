"""Apollo Client and urql with the usual checks: what front ends expect of any server.

| check                                | Apollo Client | urql |
|--------------------------------------|---------------|------|
| query                                | yes           | yes  |
| mutation                             | yes           | yes  |
| error with its code                  | yes           | yes  |
| partial answer                       | yes           | yes  |
| subscription over a WebSocket        | yes           |      |
| subscription over server-sent events | yes           | yes  |
| hashes by POST                       | yes           | yes  |
| hashes by GET                        | yes           | yes  |
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from stores.domain.updates import FeedKey, Update
from stores.memory.live import MemoryLive
from tests.protocol.feeds import pass_quiz
from tests.protocol.gateways import TEACHER, serve_with_degraded
from tests.protocol.node import Node

assert __doc__ is not None
ROWS = [[cell.strip() for cell in line.split("|")[1:4]] for line in __doc__.splitlines() if line.startswith("| ")]
CHECKS = {client: [row[0] for row in ROWS[1:] if row[column]] for column, client in ((1, "apollo"), (2, "urql"))}
COUNTS = {"apollo": 8, "urql": 7}
SUBSCRIPTIONS = {"apollo": 2, "urql": 1}
pytestmark = pytest.mark.slow


class CountedFeeds(MemoryLive):
    """A live store with an event for each time that a feed is opened."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.opened = [asyncio.Event() for _ in range(count)]
        self._opening = iter(self.opened)

    @asynccontextmanager
    async def feed(self, feed_key: FeedKey, *, after: str | None) -> AsyncIterator[AsyncIterator[Update]]:
        async with super().feed(feed_key, after=after) as updates:
            next(self._opening).set()
            yield updates


@pytest.mark.parametrize("client", list(CHECKS))
async def test_a_client_passes_the_usual_checks(node: Node, client: str) -> None:
    feeds = CountedFeeds(SUBSCRIPTIONS[client])
    async with (
        serve_with_degraded(feeds) as (gateway, environment),
        node.suite(f"{client}_checks.mjs", **environment) as suite,
    ):
        for opened in feeds.opened:
            await suite.until(opened)
            await pass_quiz(gateway, TEACHER)
        assert await suite.passed() == COUNTS[client]
        assert suite.names() == CHECKS[client]
