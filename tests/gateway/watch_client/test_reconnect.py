"""Watching a scripted gateway: updates, errors, lost connections."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from gateway.config.urls import Url
from gateway.runtime.errors import CommandError
from gateway.watch_client.reconnect import ReconnectingWatch
from gateway.watch_client.subscription import WatchSubscription, global_id
from gateway.watch_client.target import Target
from resolvers.types.node import key_of
from tests.gateway.watch_client.fake_gateway import FakeGateway, Talk, update

COURSE = WatchSubscription(course="c1")


class Watcher:
    """A client that records its updates, its messages and its delays."""

    def __init__(
        self, port: int, *, subscription: WatchSubscription = COURSE, token: str | None = None, after: str | None = None
    ) -> None:
        self.updates: list[dict[str, Any]] = []
        self.messages: list[str] = []
        self.delays: list[float] = []
        self.target = Target(url=Url.parse(f"http://127.0.0.1:{port}/graphql"), token=token)
        self.on_wait: Callable[[], None] = lambda: None
        self._client = ReconnectingWatch(
            subscription,
            after=after,
            find=self.find,
            wait=self.wait,
            on_update=self.updates.append,
            notify=self.messages.append,
        )

    def find(self) -> Target:
        return self.target

    async def wait(self, seconds: float) -> None:
        self.delays.append(seconds)
        self.on_wait()

    async def watch(self) -> list[str]:
        await self._client.run()
        return [payload["data"]["progressUpdated"]["cursor"] for payload in self.updates]


@contextmanager
def closed_port() -> Iterator[int]:
    """A port that refuses connections; it is bound, so no other program can listen on it."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


async def two_updates(talk: Talk) -> None:
    await talk.accept()
    await talk.next(update(1))
    await talk.next(update(2))
    await talk.close(1012, "restarting")


async def test_updates_are_passed_on_until_the_subscription_completes() -> None:
    async def script(talk: Talk) -> None:
        assert await talk.accept() == {"course": "c1"}
        await talk.send(type="ping")
        assert (await talk.receive())["type"] == "pong"
        await talk.send(type="pong")
        await talk.next(update(1))
        await talk.send(type="complete", id=talk.id)
        await talk.receive()

    gateway = FakeGateway(script)
    async with gateway.serving() as port:
        watcher = Watcher(port)
        assert await watcher.watch() == ["c1"]
    assert watcher.updates == [update(1)]
    assert watcher.messages == ["the gateway completed the subscription to c1"]
    assert [talk.init for talk in gateway.talks] == [{"type": "connection_init"}]


async def test_the_token_is_in_connection_init() -> None:
    gateway = FakeGateway()
    async with gateway.serving() as port:
        await Watcher(port, token="secret").watch()
    assert [talk.init["payload"] for talk in gateway.talks] == [{"Authorization": "Bearer secret"}]


@pytest.mark.parametrize(
    ("subscription", "variables"),
    [
        (WatchSubscription(course="c1"), {"course": "c1"}),
        (WatchSubscription(learner="demo-0001"), {"learner": global_id("demo-0001")}),
        (WatchSubscription(learner=global_id("demo-0001")), {"learner": global_id("demo-0001")}),
        (WatchSubscription(registration=UUID(int=1)), {"registration": str(UUID(int=1))}),
    ],
)
async def test_only_the_given_variables_are_sent(subscription: WatchSubscription, variables: dict[str, str]) -> None:
    got: list[dict[str, Any]] = []

    async def script(talk: Talk) -> None:
        got.append(await talk.accept())
        await talk.send(type="complete", id=talk.id)
        await talk.receive()

    async with FakeGateway(script).serving() as port:
        await Watcher(port, subscription=subscription).watch()
    assert got == [variables]
    assert key_of("Learner", global_id("demo-0001")) == "demo-0001"


async def test_after_a_lost_connection_it_resumes_behind_the_last_update() -> None:
    afters: list[str | None] = []

    async def resumed(talk: Talk) -> None:
        afters.append((await talk.accept()).get("after"))
        await talk.next(update(3))
        await talk.send(type="complete", id=talk.id)
        await talk.receive()

    async with FakeGateway(two_updates, resumed).serving() as port:
        watcher = Watcher(port)
        assert await watcher.watch() == ["c1", "c2", "c3"]
    assert afters == ["c2"]
    assert watcher.messages[:2] == [
        "restarting: waiting for the gateway",
        f"connected to http://127.0.0.1:{port}/graphql",
    ]


def grow(delays: list[float], *, up_to: list[float]) -> bool:
    """Whether each delay lies between half and all of its bound."""
    return all(bound / 2 <= delay <= bound for delay, bound in zip(delays, up_to, strict=True))


async def test_it_retries_with_growing_delays_and_reports_once() -> None:
    """The gateway stops and is restarted on another port."""
    with closed_port() as nowhere:
        async with FakeGateway(two_updates).serving() as elsewhere, FakeGateway(two_updates).serving() as port:
            watcher = Watcher(port)
            there = watcher.target

            def moved() -> None:
                number = nowhere if len(watcher.delays) < 8 else elsewhere
                watcher.target = replace(there, url=Url.parse(f"http://127.0.0.1:{number}/graphql"))

            watcher.on_wait = moved
            assert await watcher.watch() == ["c1", "c2", "c1", "c2"]
    assert grow(watcher.delays[:7], up_to=[0.5, 1, 2, 4, 8, 10, 10])
    assert [line for line in watcher.messages if "waiting" in line] == ["restarting: waiting for the gateway"] * 2


async def test_an_expired_cursor_is_reported_and_dropped() -> None:
    afters: list[str | None] = []

    async def expired(talk: Talk) -> None:
        afters.append((await talk.accept()).get("after"))
        await talk.refuse("CURSOR_EXPIRED", "updates after this were deleted")
        await talk.receive()

    async def from_now(talk: Talk) -> None:
        afters.append((await talk.accept()).get("after"))
        await talk.next(update(9))
        await talk.send(type="complete", id=talk.id)
        await talk.receive()

    async with FakeGateway(expired, from_now).serving() as port:
        watcher = Watcher(port, after="old")
        assert await watcher.watch() == ["c9"]
    assert afters == ["old", None]
    assert watcher.messages[0] == "updates after the last one were deleted: watching from now on"
    assert watcher.delays == []


async def test_a_feed_that_was_lost_before_its_first_update_is_watched_again() -> None:
    async def lost(talk: Talk) -> None:
        await talk.accept()
        await talk.refuse("CURSOR_EXPIRED", "the feed was lost")
        await talk.receive()

    async def from_now(talk: Talk) -> None:
        await talk.accept()
        await talk.next(update(9))
        await talk.send(type="complete", id=talk.id)
        await talk.receive()

    async with FakeGateway(lost, from_now).serving() as port:
        watcher = Watcher(port)
        assert await watcher.watch() == ["c9"]
    assert len(watcher.delays) == 1, "it may be lost again, so it waits"


async def test_a_store_that_is_down_is_retried() -> None:
    async def down(talk: Talk) -> None:
        await talk.accept()
        await talk.refuse("STORE_UNAVAILABLE", "live is unavailable")
        await talk.receive()

    async with FakeGateway(down, down).serving() as port:
        watcher = Watcher(port)
        await watcher.watch()
    assert grow(watcher.delays, up_to=[0.5, 1])
    assert watcher.messages[0] == "live is unavailable: waiting"


async def forbidden(talk: Talk) -> None:
    await talk.receive()
    await talk.close(4403, "Forbidden")


async def unknown(talk: Talk) -> None:
    await talk.receive()
    await talk.send(type="connection_ack")
    id = (await talk.receive())["id"]
    await talk.send(type="next", id=id, payload={"data": {"course": None}})
    await talk.send(type="complete", id=id)
    await talk.receive()


async def not_visible(talk: Talk) -> None:
    await talk.accept()
    await talk.refuse("FORBIDDEN", "not found, or not yours to see")
    await talk.receive()


async def null_data(talk: Talk) -> None:
    await talk.accept()
    await talk.next({"data": None, "errors": [{"message": "there is no such learner"}]})
    await talk.receive()


async def invalid_message(talk: Talk) -> None:
    await talk.receive()
    await talk.send(hello="world")
    await talk.receive()


@pytest.mark.parametrize(
    ("script", "line"),
    [
        (forbidden, "{url} requires a token: use --token TOKEN, or --data DIR for a demo"),
        (unknown, "there is no course c1"),
        (not_visible, "not found, or not yours to see"),
        (null_data, "there is no such learner"),
        (invalid_message, "{url} does not follow graphql-transport-ws: is it a gateway?"),
    ],
)
async def test_a_refusal_is_one_line(script: Callable[[Talk], Any], line: str) -> None:
    async with FakeGateway(script).serving() as port:
        with pytest.raises(CommandError) as stop:
            await Watcher(port).watch()
    assert stop.value.lines == (line.format(url=f"http://127.0.0.1:{port}/graphql"),)


async def test_a_refused_token_ends_it_even_after_a_reconnection() -> None:
    async with FakeGateway(two_updates, forbidden).serving() as port:
        with pytest.raises(CommandError, match="refuses the token"):
            await Watcher(port, token="expired by now").watch()


async def test_no_gateway_at_the_first_attempt_is_one_line() -> None:
    with (
        closed_port() as port,
        pytest.raises(CommandError, match=r"no gateway answers at http://127.0.0.1:\d+/graphql \(connection refused\)"),
    ):
        await Watcher(port).watch()
    async with FakeGateway(speaks="mqtt").serving() as other:
        with pytest.raises(CommandError, match="is it a gateway"):
            await Watcher(other).watch()


async def test_an_error_while_printing_is_not_taken_for_a_lost_connection() -> None:
    """`quadrangle watch | head` closes stdout."""
    async with FakeGateway(two_updates).serving() as port:
        watcher = Watcher(port)

        class Closed(list[dict[str, Any]]):
            def append(self, payload: dict[str, Any]) -> None:
                raise BrokenPipeError

        client = ReconnectingWatch(
            COURSE,
            after=None,
            find=watcher.find,
            wait=watcher.wait,
            on_update=Closed().append,
            notify=watcher.messages.append,
        )
        with pytest.raises(BrokenPipeError):
            await client.run()
