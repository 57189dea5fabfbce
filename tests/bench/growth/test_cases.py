"""The golden queries can be sent to a demo world, and ask for something there."""

import orjson

from gateway.datasets.demo.dataset import demo_dataset
from gateway.datasets.loader import load
from resolvers.schema import build_schema
from resolvers.viewer import Role
from tests.bench.growth.cases import cases_of
from tests.bench.growth.golden import FOLDER
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
