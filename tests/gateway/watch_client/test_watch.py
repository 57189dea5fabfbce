"""`quadrangle watch` against a gateway that is told what to say: updates, refusals, and going away."""

import asyncio
import json
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from gateway.config.settings import Settings
from gateway.config.urls import Url
from gateway.embedded.folder import DataFolder
from gateway.embedded.folder_state import FolderState
from gateway.embedded.processes import Process, process_of
from gateway.http.auth.tokens import Tokens
from gateway.runtime.errors import CommandError
from gateway.watch_client.formatting import format_update
from gateway.watch_client.reconnect import ReconnectingWatch
from gateway.watch_client.subscription import WatchSubscription, global_id
from gateway.watch_client.target import WATCHER, Target, find_target
from resolvers.types.node import key_of
from tests.clock import Clock
from tests.e2e.demo import COMMAND, PLAIN, TOP
from tests.gateway.watch_client.fake_gateway import FakeGateway, Talk, update

COURSE = WatchSubscription(course="c1")


class Watcher:
    """Who watches a gateway: what they see, what they are told, and how long they waited."""

    def __init__(
        self, port: int, *, asked: WatchSubscription = COURSE, token: str | None = None, after: str | None = None
    ) -> None:
        self.seen: list[dict[str, Any]] = []
        self.told: list[str] = []
        self.waited: list[float] = []
        self.target = Target(url=Url.parse(f"http://127.0.0.1:{port}/graphql"), token=token)
        self.on_wait: Callable[[], None] = lambda: None
        self._following = ReconnectingWatch(
            asked, after=after, find=self.find, wait=self.wait, on_update=self.seen.append, notify=self.told.append
        )

    def find(self) -> Target:
        return self.target

    async def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.on_wait()

    async def watch(self) -> list[str]:
        await self._following.run()
        return [answer["data"]["progressUpdated"]["cursor"] for answer in self.seen]


@contextmanager
def deaf() -> Iterator[int]:
    """A port that nobody listens on, and nobody can meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


async def two_updates(talk: Talk) -> None:
    await talk.let_in()
    await talk.next(update(1))
    await talk.next(update(2))
    await talk.close(1012, "restarting")


async def test_updates_are_seen_until_nothing_more_comes() -> None:
    async def play(talk: Talk) -> None:
        assert await talk.let_in() == {"course": "c1"}
        await talk.send(type="ping")
        assert (await talk.receive())["type"] == "pong"
        await talk.send(type="pong")
        await talk.next(update(1))
        await talk.send(type="complete", id=talk.id)
        await talk.receive()

    gateway = FakeGateway(play)
    async with gateway.serving() as port:
        watcher = Watcher(port)
        assert await watcher.watch() == ["c1"]
    assert watcher.seen == [update(1)]
    assert watcher.told == ["nothing more will come of c1"]
    assert [talk.init for talk in gateway.talks] == [{"type": "connection_init"}]


async def test_a_token_goes_with_the_first_message() -> None:
    gateway = FakeGateway()
    async with gateway.serving() as port:
        await Watcher(port, token="secret").watch()
    assert [talk.init["payload"] for talk in gateway.talks] == [{"Authorization": "Bearer secret"}]


@pytest.mark.parametrize(
    ("asked", "variables"),
    [
        (WatchSubscription(course="c1"), {"course": "c1"}),
        (WatchSubscription(learner="demo-0001"), {"learner": global_id("demo-0001")}),
        (WatchSubscription(learner=global_id("demo-0001")), {"learner": global_id("demo-0001")}),
        (WatchSubscription(registration=UUID(int=1)), {"registration": str(UUID(int=1))}),
    ],
)
async def test_only_what_is_asked_for_is_sent(asked: WatchSubscription, variables: dict[str, str]) -> None:
    got: list[dict[str, Any]] = []

    async def play(talk: Talk) -> None:
        got.append(await talk.let_in())
        await talk.send(type="complete", id=talk.id)
        await talk.receive()

    async with FakeGateway(play).serving() as port:
        await Watcher(port, asked=asked).watch()
    assert got == [variables]
    assert key_of("Learner", global_id("demo-0001")) == "demo-0001"


async def test_after_the_gateway_went_away_it_goes_on_behind_the_last_update() -> None:
    afters: list[str | None] = []

    async def back(talk: Talk) -> None:
        afters.append((await talk.let_in()).get("after"))
        await talk.next(update(3))
        await talk.send(type="complete", id=talk.id)
        await talk.receive()

    async with FakeGateway(two_updates, back).serving() as port:
        watcher = Watcher(port)
        assert await watcher.watch() == ["c1", "c2", "c3"]
    assert afters == ["c2"]
    assert watcher.told[:2] == [
        "restarting: waiting for the gateway",
        f"goes on, connected to http://127.0.0.1:{port}/graphql",
    ]


def grow(waited: list[float], *, up_to: list[float]) -> bool:
    """Whether each delay lies between half and all of its bound."""
    return all(bound / 2 <= delay <= bound for delay, bound in zip(waited, up_to, strict=True))


async def test_it_waits_as_long_as_it_takes_and_tells_of_it_once() -> None:
    """The gateway is gone, and comes back elsewhere."""
    with deaf() as nowhere:
        async with FakeGateway(two_updates).serving() as elsewhere, FakeGateway(two_updates).serving() as port:
            watcher = Watcher(port)
            there = watcher.target

            def moved() -> None:
                number = nowhere if len(watcher.waited) < 8 else elsewhere
                watcher.target = replace(there, url=Url.parse(f"http://127.0.0.1:{number}/graphql"))

            watcher.on_wait = moved
            assert await watcher.watch() == ["c1", "c2", "c1", "c2"]
    assert grow(watcher.waited[:7], up_to=[0.5, 1, 2, 4, 8, 10, 10])
    assert [line for line in watcher.told if "waiting" in line] == ["restarting: waiting for the gateway"] * 2


async def test_a_cursor_that_is_not_kept_any_more_is_told_and_left() -> None:
    afters: list[str | None] = []

    async def expired(talk: Talk) -> None:
        afters.append((await talk.let_in()).get("after"))
        await talk.refuse("CURSOR_EXPIRED", "what came after this is not kept")
        await talk.receive()

    async def from_now(talk: Talk) -> None:
        afters.append((await talk.let_in()).get("after"))
        await talk.next(update(9))
        await talk.send(type="complete", id=talk.id)
        await talk.receive()

    async with FakeGateway(expired, from_now).serving() as port:
        watcher = Watcher(port, after="old")
        assert await watcher.watch() == ["c9"]
    assert afters == ["old", None]
    assert watcher.told[0] == "what came after the last update is not kept any more: watching from now on"
    assert watcher.waited == []


async def test_a_feed_that_was_lost_before_it_told_anything_is_watched_again() -> None:
    async def lost(talk: Talk) -> None:
        await talk.let_in()
        await talk.refuse("CURSOR_EXPIRED", "the feed was lost")
        await talk.receive()

    async def from_now(talk: Talk) -> None:
        await talk.let_in()
        await talk.next(update(9))
        await talk.send(type="complete", id=talk.id)
        await talk.receive()

    async with FakeGateway(lost, from_now).serving() as port:
        watcher = Watcher(port)
        assert await watcher.watch() == ["c9"]
    assert len(watcher.waited) == 1, "not at once, for it may be lost again"


async def test_a_store_that_is_away_is_waited_for() -> None:
    async def away(talk: Talk) -> None:
        await talk.let_in()
        await talk.refuse("STORE_UNAVAILABLE", "live cannot answer just now")
        await talk.receive()

    async with FakeGateway(away, away).serving() as port:
        watcher = Watcher(port)
        await watcher.watch()
    assert grow(watcher.waited, up_to=[0.5, 1])
    assert watcher.told[0] == "live cannot answer just now: waiting"


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


async def not_yours(talk: Talk) -> None:
    await talk.let_in()
    await talk.refuse("FORBIDDEN", "not found, or not yours to see")
    await talk.receive()


async def null_data(talk: Talk) -> None:
    await talk.let_in()
    await talk.next({"data": None, "errors": [{"message": "there is no such learner"}]})
    await talk.receive()


async def nonsense(talk: Talk) -> None:
    await talk.receive()
    await talk.send(hello="world")
    await talk.receive()


@pytest.mark.parametrize(
    ("play", "line"),
    [
        (forbidden, "{url} asks for a token: --token TOKEN, or --data DIR for a demo's"),
        (unknown, "there is no course c1"),
        (not_yours, "not found, or not yours to see"),
        (null_data, "there is no such learner"),
        (nonsense, "{url} does not keep to graphql-transport-ws: is it a gateway?"),
    ],
)
async def test_what_is_refused_is_one_line(play: Callable[[Talk], Any], line: str) -> None:
    async with FakeGateway(play).serving() as port:
        with pytest.raises(CommandError) as stop:
            await Watcher(port).watch()
    assert stop.value.lines == (line.format(url=f"http://127.0.0.1:{port}/graphql"),)


async def test_a_token_that_is_refused_ends_it_even_later() -> None:
    async with FakeGateway(two_updates, forbidden).serving() as port:
        with pytest.raises(CommandError, match="refuses the token"):
            await Watcher(port, token="expired by now").watch()


async def test_where_no_gateway_answers_at_first_is_one_line() -> None:
    with (
        deaf() as port,
        pytest.raises(CommandError, match=r"no gateway answers at http://127.0.0.1:\d+/graphql \(connection refused\)"),
    ):
        await Watcher(port).watch()
    async with FakeGateway(speaks="mqtt").serving() as other:
        with pytest.raises(CommandError, match="is it a gateway"):
            await Watcher(other).watch()


async def test_whatever_showing_an_update_fails_with_is_no_fault_of_the_gateway() -> None:
    """`quadrangle watch | head` closes stdout."""
    async with FakeGateway(two_updates).serving() as port:
        watcher = Watcher(port)

        class Closed(list[dict[str, Any]]):
            def append(self, answer: dict[str, Any]) -> None:
                raise BrokenPipeError

        following = ReconnectingWatch(
            COURSE,
            after=None,
            find=watcher.find,
            wait=watcher.wait,
            on_update=Closed().append,
            notify=watcher.told.append,
        )
        with pytest.raises(BrokenPipeError):
            await following.run()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
async def test_the_command_prints_updates_and_ends_well_when_told_to(sent: signal.Signals) -> None:
    async def one_update(talk: Talk) -> None:
        await talk.let_in()
        await talk.next(update(1))
        await talk.receive()

    async with FakeGateway(one_update).serving() as port:
        url = f"http://127.0.0.1:{port}/graphql"
        watching = await asyncio.create_subprocess_exec(
            *[*COMMAND, "watch", "--course", "c1", "--url", url, "--json"],
            cwd=TOP,
            env=PLAIN,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert watching.stdout is not None
        assert json.loads(await watching.stdout.readline()) == update(1)
        watching.send_signal(sent)
        rest, said = await watching.communicate()
    assert (watching.returncode, rest, said.decode()) == (0, b"", f"watching c1 at {url}\n")


def test_an_update_reads_as_a_line() -> None:
    assert (
        format_update(update(5), UTC) == "12:00:05  Asha Gurung  online  SQL   25%  5/20  score 0.50  joins COMPLETED"
    )
    changed = [{"itemKey": f"i{number}", "state": "VIEWED"} for number in range(8)]
    progress = {"completion": 1.0, "itemsDone": 20, "itemsTotal": 20, "score": None}
    told = update(5, coalesced=3, changed=changed, progress=progress, enrollment=None)
    assert format_update(told, UTC) == (
        "12:00:05  00000000-0000-0000-0000-000000000001  100%  20/20  no score  "
        "i0 VIEWED, i1 VIEWED, i2 VIEWED, i3 VIEWED, i4 VIEWED, i5 VIEWED, … 2 more  (+3 coalesced)"
    )
    steering = {"learner": {"displayName": "\x1b[2JEve", "presence": None}, "course": None}
    assert "\x1b" not in format_update(update(1, enrollment=steering), UTC)


def target_in(folder: Path, clock: Clock, **given: Any) -> Target:
    default = Url.parse("http://127.0.0.1:8000/graphql")
    parts: dict[str, Any] = {"url": None, "data": folder, "token": None, **given}
    return find_target(**parts, default=default, settings=Settings(), now=clock)


def test_a_data_folder_names_its_gateway_and_an_admin_watches(tmp_path: Path) -> None:
    folder, clock = DataFolder(tmp_path / "data"), Clock(datetime.now(UTC))
    with pytest.raises(CommandError, match="is not a data folder yet"):
        target_in(folder.path, clock)
    folder.make()
    with pytest.raises(CommandError, match="nothing serves"):
        target_in(folder.path, clock)
    url = "http://127.0.0.1:1234/graphql"
    folder.write(FolderState(owner="quadrangle demo", process=Process(pid=1, started="long ago"), endpoint=url))
    with pytest.raises(CommandError, match="nothing serves"):
        target_in(folder.path, clock)
    folder.write(FolderState(owner="quadrangle demo", process=process_of(1), endpoint=url))
    target = target_in(folder.path, clock)
    assert (str(target.url), target.socket_url, target.minted) == (url, "ws://127.0.0.1:1234/graphql", True)
    viewer = Tokens(secret=folder.secret()).viewer_of(target.token or "")
    assert (viewer.subject, viewer.role) == (WATCHER.subject, WATCHER.role)
    assert str(target.token) not in repr(target)
    other = target_in(folder.path, clock, url=Url.parse("https://h/graphql"), token="mine")
    assert (other.socket_url, other.token, other.minted) == ("wss://h/graphql", "mine", False)
