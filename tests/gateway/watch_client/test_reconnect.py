"""Watching across lost connections, restarted gateways and failing stores."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.config.urls import Url
from gateway.watch_client.reconnect import ReconnectingWatch
from tests.gateway.watch_client.fake_gateway import FakeGateway, Talk, update
from tests.gateway.watch_client.watcher import COURSE, Watcher, closed_port, two_updates


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
