"""Opens the rate limit of a process."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from gateway.http.rates.rate_limit import RateLimit
from gateway.http.rates.shared_rates import SharedRates
from gateway.observability.refusals import Refusals
from resolvers.data.guards import Guards
from resolvers.health import Health
from stores.domain.rates import Rate
from stores.ports.rates import Rates


@asynccontextmanager
async def open_rate_limit(
    rate: Rate | None,
    rates: Rates,
    *,
    deadline: timedelta,
    health: Health,
    guards: Guards,
    now: Callable[[], datetime],
    refusals: Refusals,
) -> AsyncIterator[RateLimit | None]:
    """The rate limit, None if there is no rate. Returns leases that are idle, and all of them at the end."""
    if rate is None:
        yield None
        return
    rate_limit = RateLimit(
        shared=SharedRates(rates=rates, rate=rate, deadline=deadline, health=health, guards=guards, now=now),
        now=now,
        refusals=refusals,
    )
    async with rate_limit.returning_leases():
        yield rate_limit
