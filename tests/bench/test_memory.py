"""The page by hand and the schema over rows in memory answer with the same JSON."""

from tests.bench.memory.by_hand import learners_page
from tests.bench.memory.schema import QUERY, SCHEMA
from tests.resolvers import world


async def test_the_page_is_what_the_schema_answers() -> None:
    peer = world.peer_of(await world.open_school(), world.admin(), trace=False)
    result = await SCHEMA.execute(QUERY, variable_values={"n": 20}, context_value=peer)
    assert result.errors is None
    assert result.data == await learners_page(20)
