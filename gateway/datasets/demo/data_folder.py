"""The demo's dataset in a data folder: made once, whatever interrupts its making, and not again."""

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

MARKER = "world.json"
AWAKE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a folder holds or is to hold. `began`: the moment the dataset's events end at, so that a load that was
    killed goes on with the very same dataset; `kept_in`: by port, the server that it is loaded into."""

    seed: int
    learners: int
    began: str
    kept_in: Mapping[str, str] = field(default_factory=dict)
    loaded: bool = False


def plan_of(folder: DataFolder, *, seed: int, learners: int, now: Callable[[], datetime]) -> Plan:
    """The folder's plan; a new one where there is none."""
    try:
        return Plan(**json.loads((folder.path / MARKER).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return Plan(seed=seed, learners=learners, began=now().isoformat())


async def load_demo(
    folder: DataFolder,
    plan: Plan,
    stores: Stores,
    *,
    kept_in: Mapping[str, str],
    now: Callable[[], datetime],
    on_progress: OnProgress,
    retry: StoreRetry = RETRY_FOR_A_MINUTE,
) -> None:
    """Load the plan's dataset unless it is there. A port that another server keeps now (influxd came or went) is filled
    anew; what is there already stays as it is."""
    if plan.loaded and plan.kept_in == kept_in:
        return
    plan = replace(plan, kept_in=dict(kept_in), loaded=False)
    keep(folder.path, plan)
    dataset = demo_dataset(seed=plan.seed, learners=plan.learners, now=datetime.fromisoformat(plan.began))
    await load(dataset, stores, now=now, on_progress=on_progress, retry=retry)
    keep(folder.path, replace(plan, loaded=True))


def keep(folder: Path, plan: Plan) -> None:
    write_private(folder / MARKER, json.dumps(asdict(plan)))


async def wake(plan: Plan, stores: Stores, *, now: datetime) -> None:
    """Seat the first of the dataset's learners as of now: presence does not outlive the pause between two demos."""
    dataset = demo_dataset(seed=plan.seed, learners=min(plan.learners, AWAKE), now=now)
    await stores.sessions.touch([*dataset.heartbeats])
