"""Fixtures of the graph's tests."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests import backends
from tests.backends import Servers
from tests.resolvers import world
from tests.resolvers.school import School


@pytest.fixture
async def school() -> School:
    return School(await world.open_school())


@pytest.fixture(params=backends.LEDGERS)
async def ledger_school(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[School]:
    """The school without enrolments. Its progress is in each backend in turn, the rest in memory."""
    async with backends.LEDGERS[request.param](servers) as (progress, outbox):
        yield School(replace(await world.open_school(), progress=progress, outbox=outbox))
