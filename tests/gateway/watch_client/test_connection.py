"""What a connection sends, and the errors of a gateway after which a retry cannot help."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from gateway.runtime.errors import CommandError
from gateway.watch_client.subscription import WatchSubscription, global_id
from resolvers.types.node import key_of
from tests.gateway.watch_client.fake_gateway import FakeGateway, Talk
from tests.gateway.watch_client.watcher import Watcher, closed_port, two_updates


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
