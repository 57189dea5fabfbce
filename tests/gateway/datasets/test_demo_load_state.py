"""The demo's dataset is loaded once into a data folder, also when loading is interrupted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.datasets.demo.load_state import load_demo, open_sessions, read_state
from gateway.embedded.folder import DataFolder
from gateway.runtime.store_retry import StoreGaveUp, StoreRetry
from stores.domain.events import Event
from stores.domain.sessions import PresenceStatus
from stores.errors import Unavailable
from stores.memory.timeline import MemoryTimeline
from tests.clock import Clock
from tests.gateway.memory_stores import memory_stores

KEPT_IN = {"timeline": "InfluxDB 1.6"}


class Timeline(MemoryTimeline):
    """Counts the events it is given; `append` fails while it is down."""

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
    """A data folder and its stores, which one demo after another uses."""

    def __init__(self, path: Path) -> None:
        self.folder = DataFolder(path)
        self.folder.make()
        self.clock = Clock()
        self.timeline = Timeline()
        self.stages: set[str] = set()
        self.stores = replace(memory_stores(self.clock), timeline=self.timeline)

    async def start(self, *, learners: int = 5, kept_in: dict[str, str] = KEPT_IN) -> None:
        state = read_state(self.folder, seed=1, learners=learners, now=self.clock)
        await load_demo(
            self.folder,
            state,
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
    assert loads.stages == {"courses", "profiles", "enrollments", "events", "timeline events", "heartbeats"}
    loads.stages.clear()
    loads.clock.forward(timedelta(days=9))
    await loads.start(learners=7)
    assert loads.stages == set()


async def test_a_later_start_opens_sessions_again(loads: Loads) -> None:
    await loads.start()
    loads.clock.forward(timedelta(days=9))
    state = read_state(loads.folder, seed=1, learners=5, now=loads.clock)

    async def status() -> PresenceStatus:
        return (await loads.stores.sessions.presence(["demo-0001"]))["demo-0001"].status

    assert await status() is PresenceStatus.OFFLINE
    await open_sessions(state, loads.stores, now=loads.clock())
    assert await status() is PresenceStatus.ONLINE


async def test_an_interrupted_load_continues_with_the_same_dataset(loads: Loads, tmp_path: Path) -> None:
    loads.timeline.down = True
    with pytest.raises(StoreGaveUp):
        await loads.start()
    loads.timeline.down = False
    loads.clock.forward(timedelta(days=9))  # in another week new data would differ
    await loads.start(learners=7)
    at_once = Loads(tmp_path / "other")
    await at_once.start()
    assert loads.timeline.given == at_once.timeline.given > 100
    loads.stages.clear()
    await loads.start()
    assert loads.stages == set()


async def test_a_new_server_of_a_port_is_loaded(loads: Loads) -> None:
    await loads.start()
    given, loads.timeline.given = loads.timeline.given, 0
    await loads.start(kept_in={"timeline": "PostgreSQL 18"})
    assert loads.timeline.given == given


async def test_a_port_that_a_later_version_added_does_not_load_the_data_again(loads: Loads) -> None:
    await loads.start()
    loads.stages.clear()
    await loads.start(kept_in=KEPT_IN | {"activity": "PostgreSQL 18"})
    assert loads.stages == set()


async def test_a_reset_removes_the_state(loads: Loads) -> None:
    await loads.start()
    await loads.folder.reset()
    assert read_state(loads.folder, seed=2, learners=9, now=loads.clock).learners == 9
