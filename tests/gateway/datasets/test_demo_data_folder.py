"""The demo's dataset is made once, whatever interrupts its making."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.cli.demo import describe
from gateway.config.store_location import StoreLocation
from gateway.datasets.demo.data_folder import load_demo, plan_of, wake
from gateway.datasets.demo.viewers import ADMIN, demo_access
from gateway.embedded.folder import DataFolder
from gateway.runtime.store_retry import StoreGaveUp, StoreRetry
from stores.domain.events import Event
from stores.domain.sessions import PresenceStatus
from stores.errors import Unavailable
from stores.memory.catalog import MemoryCatalog
from stores.memory.live import MemoryLive
from stores.memory.outbox import MemoryOutbox
from stores.memory.profiles import MemoryProfiles
from stores.memory.progress import MemoryProgress
from stores.memory.sessions import MemorySessions
from stores.memory.timeline import MemoryTimeline
from stores.ports.stores import Stores
from tests.clock import Clock

KEPT_IN = {"timeline": "InfluxDB 1.6"}


class Timeline(MemoryTimeline):
    """Counts what it is given, and fails while it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self.given = 0

    async def append(self, events: Sequence[Event]) -> None:
        if self.down:
            raise Unavailable("timeline", "cannot be reached")
        self.given += len(events)
        await super().append(events)


class Loads:
    """A data folder and its stores, as one demo after another finds them."""

    def __init__(self, path: Path) -> None:
        self.folder = DataFolder(path)
        self.folder.make()
        self.clock = Clock()
        self.timeline = Timeline()
        self.stages: set[str] = set()
        self.stores = Stores(
            profiles=MemoryProfiles(),
            catalog=MemoryCatalog(),
            progress=MemoryProgress(),
            timeline=self.timeline,
            sessions=MemorySessions(now=self.clock),
            live=MemoryLive(),
            outbox=MemoryOutbox(),
        )

    async def start(self, *, learners: int = 5, kept_in: dict[str, str] = KEPT_IN) -> None:
        plan = plan_of(self.folder, seed=1, learners=learners, now=self.clock)
        await load_demo(
            self.folder,
            plan,
            self.stores,
            kept_in=kept_in,
            now=self.clock,
            on_progress=lambda stage, *_: self.stages.add(stage),
            retry=StoreRetry(limit=timedelta()),
        )


@pytest.fixture
def loads(tmp_path: Path) -> Loads:
    return Loads(tmp_path / "data")


async def test_a_second_start_loads_nothing(loads: Loads) -> None:
    await loads.start()
    assert loads.stages == {"courses", "profiles", "enrollments", "events", "timeline", "heartbeats"}
    loads.stages.clear()
    loads.clock.forward(timedelta(days=9))
    await loads.start(learners=7)
    assert loads.stages == set()


async def test_learners_are_there_again_when_a_demo_starts_later(loads: Loads) -> None:
    await loads.start()
    loads.clock.forward(timedelta(days=9))
    plan = plan_of(loads.folder, seed=1, learners=5, now=loads.clock)

    async def status() -> PresenceStatus:
        return (await loads.stores.sessions.presence(["demo-0001"]))["demo-0001"].status

    assert await status() is PresenceStatus.OFFLINE
    await wake(plan, loads.stores, now=loads.clock())
    assert await status() is PresenceStatus.ONLINE


async def test_a_load_that_was_cut_off_goes_on_with_the_very_same_world(loads: Loads, tmp_path: Path) -> None:
    loads.timeline.down = True
    with pytest.raises(StoreGaveUp):
        await loads.start()
    loads.timeline.down = False
    loads.clock.forward(timedelta(days=9))  # another week, which would be another dataset
    await loads.start(learners=7)
    at_once = Loads(tmp_path / "other")
    await at_once.start()
    assert loads.timeline.given == at_once.timeline.given > 100
    loads.stages.clear()
    await loads.start()
    assert loads.stages == set()


async def test_a_server_that_takes_over_a_port_is_filled(loads: Loads) -> None:
    await loads.start()
    given, loads.timeline.given = loads.timeline.given, 0
    await loads.start(kept_in={"timeline": "PostgreSQL 18"})
    assert loads.timeline.given == given


async def test_a_reset_forgets_the_world(loads: Loads) -> None:
    await loads.start()
    await loads.folder.reset()
    assert plan_of(loads.folder, seed=2, learners=9, now=loads.clock).learners == 9


def test_elsewhere_than_on_the_loopback_nobody_is_an_admin_without_a_token() -> None:
    secret = "a secret that nobody knows but this file"
    assert demo_access(secret, on_loopback=True).anonymous_viewer == ADMIN
    access = demo_access(secret, on_loopback=False)
    assert access.anonymous_viewer is None
    lines = describe(StoreLocation(urls={}), access).splitlines()
    assert any("every request needs a token" in line for line in lines)
    token = next(line for line in lines if line.startswith("ADMIN")).split()[-1]
    assert replace(access.viewer(f"Bearer {token}"), expires_at=None) == ADMIN
