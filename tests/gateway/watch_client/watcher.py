"""A client whose updates, messages and delays a test can read."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from gateway.config.urls import Url
from gateway.watch_client.reconnect import ReconnectingWatch
from gateway.watch_client.subscription import WatchSubscription
from gateway.watch_client.target import GatewayTarget
from tests.gateway.watch_client.fake_gateway import Talk, update

COURSE = WatchSubscription(course="c1")


class Watcher:
    """A client that records its updates, its messages and its delays."""

    def __init__(
        self, port: int, *, subscription: WatchSubscription = COURSE, token: str | None = None, after: str | None = None
    ) -> None:
        self.updates: list[dict[str, Any]] = []
        self.messages: list[str] = []
        self.delays: list[float] = []
        self.target = GatewayTarget(url=Url.parse(f"http://127.0.0.1:{port}/graphql"), token=token)
        self.on_wait: Callable[[], None] = lambda: None
        self._client = ReconnectingWatch(
            subscription,
            after=after,
            find=self.find,
            wait=self.wait,
            on_update=self.updates.append,
            notify=self.messages.append,
        )

    def find(self) -> GatewayTarget:
        """The current target."""
        return self.target

    async def wait(self, seconds: float) -> None:
        """Record a delay instead of sleeping."""
        self.delays.append(seconds)
        self.on_wait()

    async def watch(self) -> list[str]:
        """Watch to the end; the cursors of the updates."""
        await self._client.run()
        return [payload["data"]["progressUpdated"]["cursor"] for payload in self.updates]


@contextmanager
def closed_port() -> Iterator[int]:
    """A port that refuses connections; it is bound, so no other program can listen on it."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


async def two_updates(talk: Talk) -> None:
    """A gateway that sends two updates and restarts."""
    await talk.accept()
    await talk.next(update(1))
    await talk.next(update(2))
    await talk.close(1012, "restarting")
