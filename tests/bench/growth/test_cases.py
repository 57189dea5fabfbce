"""The golden queries can be sent to a demo world, and ask for something there."""

import orjson

from gateway.datasets.demo.dataset import demo_dataset
from gateway.datasets.loader import load
from resolvers.schema import build_schema
from resolvers.viewer import Role
from tests.bench.growth.cases import cases_of
from tests.bench.growth.golden import FOLDER
from tests.bench.growth.queries import Samples, above, row
from tests.clock import Clock
from tests.gateway.memory_stores import memory_stores
from tests.resolvers import world as school


async def test_every_case_has_an_answer_in_a_demo_world() -> None:
    clock = Clock()
    stores = memory_stores(clock)
    await load(demo_dataset(seed=1, learners=70, now=clock()), stores, now=clock)
    made = {case.name: case for case in await cases_of(stores, learners=70, now=clock())}
    assert made.keys() >= {f"golden {path.stem}" for path in FOLDER.glob("*.graphql")} | {"record ten events"}
    schema = build_schema()
    for name, case in made.items():
        request = orjson.loads(case.body())
        peer = school.peer_of(stores, case.viewer)
        result = await schema.execute(request["query"], variable_values=request.get("variables"), context_value=peer)
        assert result.data is not None, (name, result.errors)
        assert any(result.data.values()), name
        if case.viewer.role is Role.ADMIN and not name.startswith("golden"):
            assert result.errors is None, name


async def test_every_request_of_a_write_has_new_ids() -> None:
    clock = Clock()
    stores = memory_stores(clock)
    await load(demo_dataset(seed=1, learners=70, now=clock()), stores, now=clock)
    for case in await cases_of(stores, learners=70, now=clock()):
        is_write = case.name in ("golden attempt", "golden enroll", "golden record", "record ten events")
        assert (case.body() != case.body()) is is_write, case.name


def samples(ms: float, size: int, cpu: float) -> Samples:
    return Samples(latencies=[ms] * 4, size=4 * size, cpu={"gateway": 4 * cpu / 1000})


def test_a_query_grows_if_latency_and_cpu_grow_by_more_than_its_answer() -> None:
    small = samples(10, 1_000, 5)
    large = {
        "same": samples(12, 1_000, 6),
        "busy machine": samples(30, 1_000, 6),
        "fuller page": samples(20, 2_000, 10),
        "scan": samples(30, 1_000, 20),
        "scan with a fuller page": samples(40, 2_000, 20),
    }
    rows = [row(name, small, its) for name, its in large.items()]
    assert above(rows) == ["scan", "scan with a fuller page"]
    assert (rows[3]["p50"], rows[3]["CPU"], rows[3]["CPU ratio"]) == ("10.0 → 30.0", "5.0 → 20.0", 4.0)
