"""The short form of `python -m tests chaos`: one fault for each server."""

from pathlib import Path

import httpx2
import pytest

from tests.chaos.chaos import run_faults
from tests.chaos.faults import Fault
from tests.chaos.gateway_state import GatewayState
from tests.chaos.load import open_load
from tests.chaos.place import open_place
from tests.chaos.report import faults_of, shown

pytestmark = pytest.mark.slow
LEARNERS = 20
SLACK_SECONDS = 0.3
TROUBLES = [
    ("mongo", Fault.DELAYED),
    ("sql", Fault.STALLED),
    ("influx", Fault.CUT),
    ("redis", Fault.KILLED),
]


@pytest.mark.timeout(300)
async def test_each_fault_costs_its_own_store_and_leaves_nothing(
    tmp_path: Path, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    if not pytestconfig.getoption("--long"):
        pytest.skip("long")
    async with (
        open_place(tmp_path, learners=LEARNERS) as place,
        open_load(place, learners=LEARNERS, seed=14) as load,
        httpx2.AsyncClient() as client,
    ):
        state = GatewayState(client, place)
        run = await run_faults(place, load, state, TROUBLES, calm=2, trouble=6)
    with capsys.disabled():
        print("\n" + shown(run))
    broken = list(dict.fromkeys(faults_of(run, slack=SLACK_SECONDS)))
    assert broken == [], "\n".join(broken)
