"""The demo's dataset in a data folder: loaded once, also when loading is interrupted."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from gateway.datasets.demo.dataset import demo_dataset
from gateway.datasets.load_counts import OnProgress
from gateway.datasets.loader import load
from gateway.embedded.folder import DataFolder
from gateway.embedded.secret_files import write_private
from gateway.runtime.store_retry import RETRY_FOR_A_MINUTE, StoreRetry
from stores.ports.stores import Stores

STATE_FILE = "world.json"
"""The first releases named it so. Another name would make a demo load its data into existing folders again."""
ONLINE_AT_START = 500
"""How many learners at most get new sessions when a demo starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadState:
    """What the folder's dataset was generated with, and whether it is loaded.

    `began` is the moment at which the dataset's events end (ISO 8601), so that an interrupted load continues with the
    same dataset. `kept_in` has, by port, the name of the server that it is loaded into. The fields' names are those of
    the file."""

    seed: int
    learners: int
    began: str
    kept_in: Mapping[str, str] = field(default_factory=dict)
    loaded: bool = False

    @property
    def end(self) -> datetime:
        """The moment at which the dataset's events end."""
        return datetime.fromisoformat(self.began)


def read_state(folder: DataFolder, *, seed: int, learners: int, now: Callable[[], datetime]) -> LoadState:
    """The state of the folder. A folder without one gets a new dataset of `seed` and `learners` that ends now."""
    try:
        return LoadState(**json.loads((folder.path / STATE_FILE).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return LoadState(seed=seed, learners=learners, began=now().isoformat())


async def load_demo(
    folder: DataFolder,
    state: LoadState,
    stores: Stores,
    *,
    kept_in: Mapping[str, str],
    now: Callable[[], datetime],
    on_progress: OnProgress,
    retry: StoreRetry = RETRY_FOR_A_MINUTE,
) -> None:
    """Load the dataset of `state` unless it is loaded.

    It is loaded again if another server than before keeps one of the ports (influxd was installed or removed). Existing
    records stay as they are. A port that a later version added follows from the others. Raises as `load` does."""
    if state.loaded and state.kept_in and state.kept_in.items() <= kept_in.items():
        return
    state = replace(state, kept_in=dict(kept_in), loaded=False)
    write_state(folder.path, state)
    dataset = demo_dataset(seed=state.seed, learners=state.learners, now=state.end)
    await load(dataset, stores, now=now, on_progress=on_progress, retry=retry)
    write_state(folder.path, replace(state, loaded=True))


def write_state(folder: Path, state: LoadState) -> None:
    """Write the state file."""
    write_private(folder / STATE_FILE, json.dumps(asdict(state)))


async def open_sessions(state: LoadState, stores: Stores, *, now: datetime) -> None:
    """Open sessions for some learners as of now: those of an earlier demo have expired."""
    dataset = demo_dataset(seed=state.seed, learners=min(state.learners, ONLINE_AT_START), now=now)
    await stores.sessions.touch([*dataset.heartbeats])
