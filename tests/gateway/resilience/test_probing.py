"""Pings of the stores: they are what /readyz shows, they open and close the breakers, and no request waits for one."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from time import sleep
from typing import Any

from gateway.resilience.probing import probing
from resolvers.health import BUSY, Health
from resolvers.store_states import StoreState
from tests.gateway.app_client import app_client, sample_stores
from tests.gateway.resilience.failing_guards import Pinged, guard_of, guards_at
from tests.gateway.resilience.seconds import Seconds
from tests.resolvers import world

TIMEOUT = timedelta(milliseconds=10)
WITHIN = 10


class Turns:
    """A `sleep` that ends when the test takes a turn."""

    def __init__(self) -> None:
        self.asked: list[tuple[float, asyncio.Future[None]]] = []
        self._asked = asyncio.Condition()

    async def __call__(self, seconds: float) -> None:
        turn = asyncio.get_running_loop().create_future()
        async with self._asked:
            self.asked.append((seconds, turn))
            self._asked.notify_all()
        await turn

    async def take(self, count: int) -> Sequence[float]:
        """Wait until so many sleep, and end their sleep. Returns the seconds that they asked for."""
        async with asyncio.timeout(WITHIN), self._asked:
            await self._asked.wait_for(lambda: len(self.asked) >= count)
        asked, self.asked = self.asked, []
        for _, turn in asked:
            turn.set_result(None)
        return [seconds for seconds, _ in asked]


async def health_with(profiles: Any) -> Health:
    stores = replace(await world.open_school(), profiles=profiles)
    backends = dict.fromkeys(stores.by_name(), "memory")
    return Health(stores=stores, backends=backends, now=lambda: world.NOW, ping_timeout=TIMEOUT)


async def pinged_school(*, deaf: bool = False) -> Pinged:
    return Pinged((await world.open_school()).profiles, deaf=deaf)


def state_of(health: Health, store: str = "profiles") -> StoreState:
    return next(each.state for each in health.by_last_pings() if each.store == store)


async def test_all_stores_are_pinged_at_once_and_every_second() -> None:
    profiles, turns, clock = await pinged_school(), Turns(), Seconds()
    health = await health_with(profiles)
    count = len(health.backends)
    async with probing(health, guards_at(clock), clock=clock, sleep=turns):
        assert profiles.pings == 1
        assert {each.state for each in health.by_last_pings()} == {StoreState.LIVE}
        assert await turns.take(count) == [1.0] * count
        assert await turns.take(count) == [1.0] * count
        assert profiles.pings == 2


async def test_pings_that_hang_open_the_breakers_of_their_store_and_the_next_answer_closes_them() -> None:
    profiles, turns, clock = await pinged_school(), Turns(), Seconds()
    health, guards = await health_with(profiles), guards_at(clock)
    count = len(health.backends)
    async with probing(health, guards, clock=clock, sleep=turns):
        profiles.hangs = True
        for _ in range(3):
            clock.forward(1)
            await turns.take(count)
        assert guard_of(guards).breaker.is_open
        assert not guard_of(guards, "catalog").breaker.is_open
        assert (state_of(health), state_of(health, "catalog")) == (StoreState.DOWN, StoreState.LIVE)
        profiles.hangs = False
        for _ in range(2):
            clock.forward(1)
            await turns.take(count)
        assert not guard_of(guards).breaker.is_open
        assert state_of(health) is StoreState.DEGRADED  # a call failed lately


async def test_a_ping_whose_driver_ignores_the_cancellation_is_given_up_in_time() -> None:
    profiles = await pinged_school(deaf=True)
    health = await health_with(profiles)
    profiles.hangs = True
    async with asyncio.timeout(WITHIN):
        assert not await health.ping("profiles")
    assert state_of(health) is StoreState.DOWN
    profiles.done.set()
    await health.aclose()


async def test_a_ping_is_not_given_up_because_the_process_was_busy() -> None:
    class Busy:
        async def ping(self) -> None:
            other_work = 2 * (TIMEOUT + BUSY)
            asyncio.get_running_loop().call_soon(sleep, other_work.total_seconds())
            for _ in range(10):
                await asyncio.sleep(0)

    health = await health_with(Busy())
    assert await health.ping("profiles")


async def test_an_unexpected_error_of_a_ping_is_that_of_a_store_that_is_down() -> None:
    class Odd:
        async def ping(self) -> None:
            raise KeyError("odd")

    health = await health_with(Odd())
    assert not await health.ping("profiles")
    assert state_of(health) is StoreState.DOWN


async def test_readyz_and_store_health_answer_by_the_last_ping_while_a_store_hangs() -> None:
    profiles = await pinged_school()
    async with app_client(open_stores=sample_stores(profiles=profiles)) as client:
        profiles.hangs = True
        pings = profiles.pings
        for _ in range(3):
            began = asyncio.get_running_loop().time()
            answer = await client.get("/readyz")
            health = await client.post("/graphql", json={"query": "{ storeHealth { store state } }"})
            assert asyncio.get_running_loop().time() - began < 0.4
            assert answer.status_code == 200
            assert len(health.json()["data"]["storeHealth"]) == len(answer.json()["stores"])
        assert profiles.pings <= pings + 1  # no request pings a store


async def test_livez_reads_no_store() -> None:
    class Untouchable:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError

    profiles = await pinged_school()
    async with app_client(open_stores=sample_stores(profiles=profiles)) as client:
        profiles._store = Untouchable()
        assert (await client.get("/livez")).json() == {"live": True}
