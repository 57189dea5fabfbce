"""The queries of the bench are valid, and their viewers may run them."""

import pytest

from tests.bench.cases import NAMES, QUICK, cases
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA

CASES = {case.name: case for case in cases(world.ALGEBRA, [world.ADA], now=world.NOW)}


def test_the_names_are_those_of_the_cases() -> None:
    every = [case.name for case in cases(world.ALGEBRA, [str(number) for number in range(600)], now=world.NOW)]
    assert sorted(every) == sorted(NAMES)
    assert set(QUICK) < set(NAMES)


@pytest.mark.parametrize("name", CASES)
async def test_a_case_has_an_answer_without_errors(name: str) -> None:
    case = CASES[name]
    peer = world.peer_of(await world.open_school(), case.viewer)
    result = await SCHEMA.execute(case.query, variable_values=dict(case.variables), context_value=peer)
    assert result.errors is None
    assert list((result.data or {}).values()) != [None]
