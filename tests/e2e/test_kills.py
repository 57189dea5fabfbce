"""Gateways, the relay and every server killed under a write load: nothing acknowledged is lost or counted twice."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest

from gateway.embedded.running_server import RunningServer
from stores.ports.stores import Stores
from tests.e2e.load import Writer, assert_agree, delivered
from tests.e2e.subscriber import Subscriber
from tests.e2e.town import COURSE, Command, Town, open_town, registration

LEARNERS, WRITERS, WATCHED = 40, 4, 6
FEW = range(LEARNERS, LEARNERS + 5)
"""Learners whom many write to."""
EVERYONE = LEARNERS + len(FEW)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Scene:
    """Two gateways, one of which leaves the publishing to the relay beside them and to the other."""

    def __init__(self, town: Town, stores: Stores, runner: asyncio.Runner) -> None:
        self.town = town
        self.stores = stores
        self.runner = runner
        self.first = town.serve()
        self.second = town.serve(GATEWAY_RELAY="external")
        self.relay = town.relay()
        self.writers: list[Writer] = []

    def target(self, name: str) -> Command | RunningServer:
        services = {"gateway": self.first, "second gateway": self.second, "relay": self.relay}
        return services.get(name) or self.town.embedded.server(name)

    def urls(self, scheme: str = "http") -> list[str]:
        return [self.town.endpoint(gateway, scheme) for gateway in (self.first, self.second)]

    def writer(self, learners: range = range(LEARNERS)) -> Writer:
        """Its seed is its own, so that all ids of the module are different."""
        made = Writer(
            self.urls(), self.town.bearer(), seed=len(self.writers), learners=learners, turn=len(self.writers)
        )
        self.writers.append(made)
        return made

    def subscriber(self, number: int) -> Subscriber:
        urls = self.urls("ws")
        return Subscriber(
            urls[number % 2 :] + urls[: number % 2], self.town.bearer(), {"registration": str(registration(number))}
        )


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        town, stores = runner.run(
            stack.enter_async_context(open_town(tmp_path_factory.mktemp("kills"), learners=EVERYONE))
        )
        try:
            yield Scene(town, stores, runner)
            # SIGTERM ends each, with nothing unexpected in what it said.
            assert [service.stop() for service in reversed(town.services)] == [0, 0, 0]
            for service in town.services:
                assert "Traceback" not in service.said
                assert '"ERROR"' not in service.said
        finally:
            runner.run(stack.aclose())


async def again(target: Command | RunningServer) -> None:
    started = target.start()
    if started is not None:
        await started


async def under_load(scene: Scene, name: str, seconds: float) -> None:
    now = asyncio.get_running_loop().time
    async with watched(scene, range(WATCHED)) as subscribers:
        writers = [scene.writer() for _ in range(WRITERS)]
        async with writing(writers):
            await asyncio.sleep(seconds / 3)
            scene.target(name).kill()
            await asyncio.sleep(min(1.0, seconds / 6))
            await again(scene.target(name))
            back = now()
            await asyncio.sleep(seconds / 2)  # from now on, however long it took to come back
    assert all(writer.acknowledged_at > back for writer in writers)
    if name.endswith("gateway"):
        assert any(writer.repeated for writer in writers)
        assert any(subscriber.connections > 1 for subscriber in subscribers)


@asynccontextmanager
async def writing(writers: Sequence[Writer]) -> AsyncIterator[None]:
    """Meanwhile they write; at the end all that they wrote is acknowledged."""
    over = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for writer in writers:
            tasks.create_task(writer.write(over))
        yield
        over.set()


@asynccontextmanager
async def watched(scene: Scene, numbers: range) -> AsyncIterator[list[Subscriber]]:
    """Meanwhile these learners are watched. At the end every version has come to its subscriber, once and in order, and
    all that is kept agrees."""
    subscribers = [scene.subscriber(number) for number in numbers]
    async with asyncio.TaskGroup() as tasks:
        watching = [tasks.create_task(subscriber.watch()) for subscriber in subscribers]
        async with asyncio.timeout(120):
            await asyncio.gather(*(primed(scene, *each) for each in zip(numbers, subscribers, strict=True)))
        yield subscribers
        await delivered(scene.stores, within=120)
        progress = await scene.stores.progress.course_progress([registration(number) for number in numbers])
        async with asyncio.timeout(60):
            for number, subscriber in zip(numbers, subscribers, strict=True):
                await subscriber.until_version(progress[registration(number)].version)
        for task in watching:
            task.cancel()
    await assert_agree(scene.stores, scene.writers, EVERYONE)
    for number, subscriber in zip(numbers, subscribers, strict=True):
        last = progress[registration(number)].version
        assert subscriber.errors == []
        assert subscriber.versions == list(range(subscriber.versions[0], last + 1))


async def primed(scene: Scene, number: int, subscriber: Subscriber) -> None:
    """Until the subscriber has seen something, and so has a cursor: it can miss nothing from now on."""
    await subscriber.subscribed.wait()
    writer = scene.writer(range(0))
    while not subscriber.seen:
        await writer.write_once(number)
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                await subscriber.until_version(1)


@pytest.mark.parametrize("name", ["gateway", "second gateway", "relay", "sql", "redis", "influx", "mongo"])
def test_nothing_is_lost_and_nothing_counted_twice(scene: Scene, name: str, load_seconds: float) -> None:
    scene.runner.run(under_load(scene, name, load_seconds))


async def all_on_a_few(scene: Scene, seconds: float) -> None:
    async with watched(scene, FEW), writing([scene.writer(FEW) for _ in range(8)]):
        await asyncio.sleep(seconds)


def test_eight_writers_on_the_same_five_learners_lose_nothing(scene: Scene, load_seconds: float) -> None:
    """Attempts, states and scores are those of the whole ledger, and every version was there once."""
    scene.runner.run(all_on_a_few(scene, 10 if load_seconds > 10 else 3))


async def one_to_the_other(scene: Scene) -> None:
    subscriber = Subscriber([scene.urls("ws")[1]], scene.town.bearer(), {"course": COURSE})
    watching = asyncio.create_task(subscriber.watch())
    try:
        async with asyncio.timeout(120):
            await primed(scene, 0, subscriber)
            writer = scene.writer(range(1))
            writer.urls = [scene.urls()[0]]
            for _ in range(20):
                await writer.write_once(0)
            [progress] = (await scene.stores.progress.course_progress([registration(0)])).values()
            await subscriber.until_version(progress.version)
    finally:
        watching.cancel()
        await asyncio.wait([watching])
    assert subscriber.versions == list(range(subscriber.versions[0], progress.version + 1))
    assert not any(update["coalesced"] for update in subscriber.seen)
    assert subscriber.errors == []


def test_what_one_gateway_records_a_subscriber_of_the_other_receives_once(scene: Scene) -> None:
    scene.runner.run(one_to_the_other(scene))
