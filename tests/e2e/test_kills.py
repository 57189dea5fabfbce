"""Gateways, the relay and each server are killed under a write load: no acknowledged event is lost or counted twice."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest

from gateway.embedded.running_server import RunningServer
from stores.ports.stores import Stores
from tests.e2e.deployment import COURSE, Command, Deployment, open_deployment, registration
from tests.e2e.load import Writer, assert_agree, delivered
from tests.e2e.subscriber import Subscriber

LEARNERS, WRITERS, WATCHED = 40, 4, 6
FEW = range(LEARNERS, LEARNERS + 5)
"""Learners that many writers write to."""
EVERYONE = LEARNERS + len(FEW)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Gateways:
    """Two gateways and a relay. The second gateway does not publish; the first and the relay do."""

    def __init__(self, deployment: Deployment, stores: Stores, runner: asyncio.Runner) -> None:
        self.deployment = deployment
        self.stores = stores
        self.runner = runner
        self.first = deployment.serve()
        self.second = deployment.serve(GATEWAY_RELAY="external")
        self.relay = deployment.relay()
        self.writers: list[Writer] = []

    def target(self, name: str) -> Command | RunningServer:
        services = {"gateway": self.first, "second gateway": self.second, "relay": self.relay}
        return services.get(name) or self.deployment.embedded.server(name)

    def urls(self, scheme: str = "http") -> list[str]:
        return [self.deployment.endpoint(gateway, scheme) for gateway in (self.first, self.second)]

    def writer(self, learners: range = range(LEARNERS)) -> Writer:
        """A writer with a seed of its own, so that all ids in the module differ."""
        made = Writer(
            self.urls(), self.deployment.bearer(), seed=len(self.writers), learners=learners, turn=len(self.writers)
        )
        self.writers.append(made)
        return made

    def subscriber(self, number: int) -> Subscriber:
        urls = self.urls("ws")
        return Subscriber(
            urls[number % 2 :] + urls[: number % 2],
            self.deployment.bearer(),
            {"registration": str(registration(number))},
        )


@pytest.fixture(scope="module")
def gateways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateways]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        deployment, stores = runner.run(
            stack.enter_async_context(open_deployment(tmp_path_factory.mktemp("kills"), learners=EVERYONE))
        )
        try:
            yield Gateways(deployment, stores, runner)
            # SIGTERM stops each process, and no log has an unexpected error.
            assert [service.stop() for service in reversed(deployment.services)] == [0, 0, 0]
            for service in deployment.services:
                assert "Traceback" not in service.log
                assert '"ERROR"' not in service.log
        finally:
            runner.run(stack.aclose())


async def restart(target: Command | RunningServer) -> None:
    started = target.start()
    if started is not None:
        await started


async def under_load(gateways: Gateways, name: str, seconds: float) -> None:
    now = asyncio.get_running_loop().time
    async with watched(gateways, range(WATCHED)) as subscribers:
        writers = [gateways.writer() for _ in range(WRITERS)]
        async with writing(writers):
            await asyncio.sleep(seconds / 3)
            gateways.target(name).kill()
            await asyncio.sleep(min(1.0, seconds / 6))
            await restart(gateways.target(name))
            back = now()
            await asyncio.sleep(seconds / 2)  # counted from the restart
    assert all(writer.acknowledged_at > back for writer in writers)
    if name.endswith("gateway"):
        assert any(writer.repeated for writer in writers)
        assert any(subscriber.connections > 1 for subscriber in subscribers)


@asynccontextmanager
async def writing(writers: Sequence[Writer]) -> AsyncIterator[None]:
    """The writers write inside this context; at its end everything is acknowledged."""
    over = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for writer in writers:
            tasks.create_task(writer.write(over))
        yield
        over.set()


@asynccontextmanager
async def watched(gateways: Gateways, numbers: range) -> AsyncIterator[list[Subscriber]]:
    """Subscribers watch these learners inside this context. At its end each has received every version once and in
    order, and all stores agree."""
    subscribers = [gateways.subscriber(number) for number in numbers]
    async with asyncio.TaskGroup() as tasks:
        watching = [tasks.create_task(subscriber.watch()) for subscriber in subscribers]
        async with asyncio.timeout(120):
            await asyncio.gather(*(prime(gateways, *each) for each in zip(numbers, subscribers, strict=True)))
        yield subscribers
        await delivered(gateways.stores, within=120)
        progress = await gateways.stores.progress.course_progress([registration(number) for number in numbers])
        async with asyncio.timeout(60):
            for number, subscriber in zip(numbers, subscribers, strict=True):
                await subscriber.until_version(progress[registration(number)].version)
        for task in watching:
            task.cancel()
    await assert_agree(gateways.stores, gateways.writers, EVERYONE)
    for number, subscriber in zip(numbers, subscribers, strict=True):
        last = progress[registration(number)].version
        assert subscriber.errors == []
        assert subscriber.versions == list(range(subscriber.versions[0], last + 1))


async def prime(gateways: Gateways, number: int, subscriber: Subscriber) -> None:
    """Write until the subscriber has an update, and so a cursor: from now on it cannot miss one."""
    await subscriber.subscribed.wait()
    writer = gateways.writer(range(0))
    while not subscriber.seen:
        await writer.write_once(number)
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                await subscriber.until_version(1)


@pytest.mark.parametrize("name", ["gateway", "second gateway", "relay", "sql", "redis", "influx", "mongo"])
def test_no_event_is_lost_or_counted_twice(gateways: Gateways, name: str, load_seconds: float) -> None:
    gateways.runner.run(under_load(gateways, name, load_seconds))


async def all_on_a_few(gateways: Gateways, seconds: float) -> None:
    async with watched(gateways, FEW), writing([gateways.writer(FEW) for _ in range(8)]):
        await asyncio.sleep(seconds)


def test_eight_writers_on_the_same_five_learners_lose_nothing(gateways: Gateways, load_seconds: float) -> None:
    """Attempts, states and scores equal those of the whole ledger, and every version is delivered once."""
    gateways.runner.run(all_on_a_few(gateways, 10 if load_seconds > 10 else 3))


async def one_to_the_other(gateways: Gateways) -> None:
    subscriber = Subscriber([gateways.urls("ws")[1]], gateways.deployment.bearer(), {"course": COURSE})
    watching = asyncio.create_task(subscriber.watch())
    try:
        async with asyncio.timeout(120):
            await prime(gateways, 0, subscriber)
            writer = gateways.writer(range(1))
            writer.urls = [gateways.urls()[0]]
            for _ in range(20):
                await writer.write_once(0)
            [progress] = (await gateways.stores.progress.course_progress([registration(0)])).values()
            await subscriber.until_version(progress.version)
    finally:
        watching.cancel()
        await asyncio.wait([watching])
    assert subscriber.versions == list(range(subscriber.versions[0], progress.version + 1))
    assert not any(update["coalesced"] for update in subscriber.seen)
    assert subscriber.errors == []


def test_a_subscriber_of_another_gateway_receives_each_update_once(gateways: Gateways) -> None:
    gateways.runner.run(one_to_the_other(gateways))
