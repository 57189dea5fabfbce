"""The app that `serve` and `demo` run, over memory stores with sample data, called without a network."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx2
import strawberry
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gateway.config.groups.rates import RatesSettings
from gateway.config.settings import Settings, read_settings
from gateway.http.app import OpenStores, build_app
from gateway.http.auth.access import Access
from gateway.http.auth.configured import verification_by
from gateway.http.auth.tokens import Tokens
from gateway.observability.tracing.tracing import Tracing
from gateway.web.page_sources import DIST
from resolvers.schema import build_schema
from resolvers.viewer import Viewer
from stores.domain.rates import Rate
from stores.ports.stores import Stores
from tests import executor
from tests.resolvers import world

SCHEMA = build_schema()
SECRET = "a secret of the tests, 32 bytes or longer"
TOKENS = Tokens(secret=SECRET)
TOKEN_ACCESS = Access(verification=verification_by(SECRET))
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
ANONYMOUS_ACCESS = Access(verification=verification_by(SECRET), anonymous_viewer=world.admin())


def sample_stores(**instead: Any) -> OpenStores:
    """Opens memory stores with sample data. Keyword arguments replace ports by name."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[tuple[Stores, Mapping[str, str]]]:
        stores = replace(await world.open_school(), **instead)
        yield stores, dict.fromkeys(stores.by_name(), "memory")

    return opened


def settings_of(environment: Mapping[str, str], rate: Rate | None) -> Settings:
    """The settings of an environment, with this rate of each subject and address; None: no limit."""
    rates = RatesSettings(limit=0) if rate is None else RatesSettings(limit=rate.per_minute, burst=rate.burst)
    return read_settings({**executor.settings(), **environment}).model_copy(update={"rates": rates})


@asynccontextmanager
async def app_client(
    settings: Mapping[str, str] = NO_SETTINGS,
    *,
    access: Access = ANONYMOUS_ACCESS,
    open_stores: OpenStores | None = None,
    host: str = "127.0.0.1",
    loopback_origins: bool = False,
    demo_roles: Route | None = None,
    pages_folder: Path = DIST,
    schema: strawberry.Schema = SCHEMA,
    rate: Rate | None = None,
    tracing: Tracing | None = None,
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that calls the app in this process. Request ids are request-1, request-2 …"""
    ids = count(1)
    app = build_app(
        settings_of(settings, rate),
        schema=schema,
        open_stores=open_stores or sample_stores(),
        access=access,
        now=lambda: world.NOW,
        new_id=lambda: f"request-{next(ids)}",
        host=host,
        loopback_origins=loopback_origins,
        demo_roles=demo_roles,
        pages_folder=pages_folder,
        tracing=tracing,
    )
    lifespan: AbstractAsyncContextManager[Any] = app.router.lifespan_context(app)
    async with lifespan as state:

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state)}, receive, send)

        transport = httpx2.ASGITransport(app=with_state)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield client


def token_of(viewer: Viewer) -> str:
    """A token of this viewer, for an hour."""
    return TOKENS.mint(viewer, now=datetime.now(UTC), valid_for=timedelta(hours=1))


def bearer(viewer: Viewer) -> dict[str, str]:
    """The Authorization header of this viewer."""
    return {"Authorization": f"Bearer {token_of(viewer)}"}
