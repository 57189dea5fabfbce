"""A learner's progress that the suites watch, and events that say when the gateway opens and closes the feed."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2

from stores.domain.updates import FeedKey, Update
from stores.memory.live import MemoryLive
from tests.gateway.served_gateway import ServedGateway
from tests.resolvers import world

REGISTRATION = str(world.registration(world.ALGEBRA, 1))
PASS = """mutation ($registration: UUID!) {
  submitAttempt(input: { registration: $registration, itemKey: "quiz", score: 0.93 }) { item { state } errors { code } }
}"""


class Feeds(MemoryLive):
    """A live store that sets `opened` and `closed` when its first feed is opened and closed."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = asyncio.Event()
        self.closed = asyncio.Event()

    @asynccontextmanager
    async def feed(self, topic: FeedKey, *, after: str | None) -> AsyncIterator[AsyncIterator[Update]]:
        async with super().feed(topic, after=after) as updates:
            self.opened.set()
            try:
                yield updates
            finally:
                self.closed.set()


async def pass_quiz(gateway: ServedGateway, headers: Mapping[str, str]) -> None:
    """Pass the quiz as the learner of `REGISTRATION`, over a connection of its own."""
    async with httpx2.AsyncClient(base_url=gateway.url, verify=False, headers=headers) as client:
        asked = {"query": PASS, "variables": {"registration": REGISTRATION}}
        answer = (await client.post("/graphql", json=asked)).json()
    assert answer == {"data": {"submitAttempt": {"item": {"state": "PASSED"}, "errors": []}}}
