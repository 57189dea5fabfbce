"""The gateway as an ASGI app: routes, middleware and lifespan as data."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from datetime import datetime
from uuid import uuid4

import strawberry
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import RedirectResponse
from starlette.routing import Route, WebSocketRoute

from gateway.config.settings import Settings
from gateway.http.auth.tokens import Access
from gateway.http.error_responses import as_refusal
from gateway.http.graphql_endpoint import Endpoint
from gateway.http.health import health_routes
from gateway.http.middleware.access_log import Observe
from gateway.http.middleware.body_limit import BodyLimit
from gateway.http.peers import Peers
from gateway.http.state import State
from gateway.http.websocket.connection import BOUNDS, Bounds
from gateway.http.websocket.route import Sockets
from gateway.relay.publishing import publishing
from gateway.web.graphiql import static_route
from resolvers.health import Health
from resolvers.subscriptions.topics import TopicRegistry
from stores.ports.stores import Stores

Backends = Mapping[str, str]
OpenStores = Callable[[], AbstractAsyncContextManager[tuple[Stores, Backends]]]
LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"]


def build_app(
    settings: Settings,
    *,
    schema: strawberry.Schema,
    open_stores: OpenStores,
    access: Access,
    now: Callable[[], datetime],
    new_id: Callable[[], str] = lambda: uuid4().hex,
    host: str = "127.0.0.1",
    bounds: Bounds = BOUNDS,
) -> Starlette:
    """`host`: the address it is to listen on, by which it may be called where no token is needed."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[State]:
        async with open_stores() as (stores, backends):
            health = Health(pingers=stores.by_name(), backends=backends, outbox=stores.outbox, now=now)
            topics = TopicRegistry(stores, deadlines=settings.deadlines, failures=health, now=now)
            async with (
                publishing(stores, where=settings.relay.where, holder=uuid4().hex, failures=health),
                aclosing(topics),
            ):
                yield State(stores=stores, health=health, topics=topics, leaving=asyncio.Event())

    peers = Peers(access=access, deadlines=settings.deadlines, now=now)
    return Starlette(
        routes=[
            Route("/graphql", Endpoint(schema, peers)),
            WebSocketRoute("/graphql", Sockets(schema, peers, bounds)),
            Route("/", lambda request: RedirectResponse("/graphql")),
            *health_routes(),
            static_route(),
        ],
        middleware=[
            Middleware(Observe, new_id=new_id),
            # Where no token is needed, another site's name must not lead here (DNS rebinding).
            *([] if access.nobody is None else [Middleware(TrustedHostMiddleware, [*LOOPBACK_NAMES, host])]),
            Middleware(BodyLimit, most=settings.http.body_limit),
        ],
        exception_handlers={HTTPException: as_refusal},
        lifespan=lifespan,
    )
