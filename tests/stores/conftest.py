"""One fixture for each port, parametrised over all its backends: contract tests are plain functions that take it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests import backends
from tests.backends import Servers
from tests.clock import Clock
from tests.stores.mongo.members import other_application


@pytest.fixture(params=backends.PROFILES)
async def profiles(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[Any]:
    async with backends.PROFILES[request.param](servers) as port:
        yield port


READABLE_PROFILES = {**backends.PROFILES, "mapped": other_application}


@pytest.fixture(params=READABLE_PROFILES)
async def readable(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[Any]:
    """Profiles that may be read-only to the gateway. `add` writes them as their owner would."""
    async with READABLE_PROFILES[request.param](servers) as port:
        yield port


@pytest.fixture(params=backends.CATALOG)
async def catalog(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[Any]:
    async with backends.CATALOG[request.param](servers) as port:
        yield port


@pytest.fixture(params=backends.PROGRESS)
async def progress(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[Any]:
    async with backends.PROGRESS[request.param](servers) as port:
        yield port


@pytest.fixture(params=backends.LEDGERS)
async def ledger(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[Any]:
    async with backends.LEDGERS[request.param](servers) as both:
        yield both


@pytest.fixture(params=backends.ACTIVITY)
async def counted(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[Any]:
    async with backends.ACTIVITY[request.param](servers) as both:
        yield both


@pytest.fixture(params=backends.TIMELINE)
async def timeline(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[Any]:
    async with backends.TIMELINE[request.param](servers) as port:
        yield port


@pytest.fixture(params=backends.LIVE)
async def live(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[Any]:
    async with backends.LIVE[request.param](servers) as port:
        yield port


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=backends.SESSIONS)
async def sessions(request: pytest.FixtureRequest, servers: Servers, clock: Clock) -> AsyncIterator[Any]:
    async with backends.SESSIONS[request.param](servers, clock) as port:
        yield port
