"""Enrollment.resume while one of its two stores fails."""

import pytest

from stores.errors import Rejected, StoreError, TimedOut, Unavailable
from tests.resolvers import world
from tests.resolvers.queries import ask

QUERY = f'{{ enrollment(registration: "{world.registration(world.ALGEBRA, 0)}") {{ resume {{ position }} }} }}'


@pytest.mark.parametrize("fault", [Unavailable("sessions", "down"), TimedOut("sessions", "slow")])
async def test_it_is_the_durable_copy_while_the_hot_points_cannot_be_read(fault: StoreError) -> None:
    current, copy = await ask(QUERY), await ask(QUERY, down="sessions", error=lambda: fault)
    assert (current.errors, copy.errors) == (None, None)
    assert current.data["enrollment"]["resume"] == {"position": 12.5}
    assert copy.data["enrollment"]["resume"] == {"position": 61.5}  # of an event before the last heartbeat


async def test_other_errors_of_the_hot_points_are_errors_of_the_field() -> None:
    result = await ask(QUERY, down="sessions", error=lambda: Rejected("sessions", "wrong"))
    assert [error.path for error in result.errors] == [["enrollment", "resume"]]
