"""The gateway as an ASGI app: its routes, middleware and lifespan."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from datetime import datetime
from pathlib import Path
from random import getrandbits
from uuid import uuid4

import strawberry
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Route, WebSocketRoute

from gateway.config.groups.log import LogSettings
from gateway.config.settings import Settings
from gateway.http.auth.access import Access
from gateway.http.auth.open_streams import OpenStreams
from gateway.http.auth.revocation_watch import RevocationWatch, watching
from gateway.http.bounds.background_writes import BackgroundWrites
from gateway.http.bounds.operation_slots import OperationSlots
from gateway.http.documents import persisted_documents
from gateway.http.error_responses import http_error
from gateway.http.graphql_endpoint import GraphQLEndpoint
from gateway.http.health import health_routes
from gateway.http.lifespan_errors import unexpected_errors_logged
from gateway.http.metrics.app_metrics import (
    measure_guards,
    measure_refusals,
    measure_shared_reads,
    measure_subscriptions,
    measured_operations,
)
from gateway.http.metrics.process_metrics import ProcessMetrics
from gateway.http.metrics.serving import serving_metrics
from gateway.http.middleware.access_log import AccessLog
from gateway.http.middleware.body_limit import BodyLimit
from gateway.http.middleware.compression import Compression
from gateway.http.middleware.cors import Cors
from gateway.http.middleware.security_headers import SecurityHeaders
from gateway.http.middleware.trusted_proxies import TrustedProxies
from gateway.http.migration_watch import FindMigrations, no_migrations, watching_migrations
from gateway.http.operations import Operations
from gateway.http.origins import Origins
from gateway.http.peers import Peers
from gateway.http.rates.open_rate_limit import open_rate_limit
from gateway.http.server import LOOPBACK_NAMES
from gateway.http.shared_reads import open_shared_reads
from gateway.http.state import AppState
from gateway.http.websocket.connection import DEFAULT_LIMITS, ConnectionLimits
from gateway.http.websocket.route import WebSocketEndpoint
from gateway.observability.metrics.relay_metrics import RelayMetrics
from gateway.observability.operation_log import OperationLog
from gateway.observability.pseudonyms import Pseudonyms
from gateway.observability.store_outages import StoreOutages
from gateway.observability.tracing.tracing import Tracing
from gateway.relay.publishing import publishing
from gateway.resilience.probing import probing
from gateway.resilience.store_guards import store_guards
from gateway.web.page_sources import DIST
from gateway.web.pages import Pages
from resolvers.health import Health
from resolvers.subscriptions.topics import TopicRegistry
from stores.ports.stores import Stores

Backends = Mapping[str, str]
"""The name of each store's backend."""
OpenStores = Callable[[], AbstractAsyncContextManager[tuple[Stores, Backends]]]


def build_app(
    settings: Settings,
    *,
    schema: strawberry.Schema,
    open_stores: OpenStores,
    access: Access,
    secret: str | None = None,
    find_migrations: FindMigrations = no_migrations,
    now: Callable[[], datetime],
    tracing: Tracing | None = None,
    new_id: Callable[[], str] = lambda: f"{getrandbits(128):032x}",  # it need not be secret
    host: str = "127.0.0.1",
    loopback_origins: bool = False,
    demo_roles: Route | None = None,
    pages_folder: Path = DIST,
    limits: ConnectionLimits = DEFAULT_LIMITS,
    metrics: ProcessMetrics | None = None,
    metrics_socket: socket.socket | None = None,
) -> Starlette:
    """Build the app. The lifespan opens the stores and publishes commits until it ends.

    `host` is the address that the server listens on: without tokens, requests may name only it or loopback. Pages
    of the settings' origins may use the app, and with `loopback_origins` those of local development servers.
    `secret` is that of tokens: the pseudonyms of subjects in the log derive from it, unless the settings have a key for
    them. `find_migrations` finds pending migrations. `demo_roles` is the route of a demo's roles. `pages_folder` has
    the pages that were built. `new_id` creates request ids. `tracing`: None if nothing is traced. `metrics` are those
    of the process; they are served on `metrics_socket`. Raises `CommandError` if a trusted document does not fit the
    schema or the limits.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[AppState]:
        with unexpected_errors_logged():
            async with opened_state() as state:
                yield state

    @asynccontextmanager
    async def opened_state() -> AsyncIterator[AppState]:
        async with (
            open_stores() as (opened, backends),
            open_shared_reads(settings, opened, backends) as (shared, last_good, stores),
        ):
            health = Health(stores=stores, backends=backends, now=now, log=StoreOutages())
            guards = store_guards(settings)
            topics = TopicRegistry(stores, deadlines=settings.deadlines, failures=health, guards=guards, now=now)
            writes = BackgroundWrites(slots)
            streams = OpenStreams()
            watch = RevocationWatch(stores, streams, deadline=settings.deadlines["revocations"], health=health, now=now)
            measure_subscriptions(process, operations.subscriptions, streams, topics, stores.live)
            measure_shared_reads(process, shared, last_good)
            measure_guards(process, guards)
            async with (
                probing(health, guards),
                watching_migrations(health, find_migrations),
                publishing(
                    stores,
                    where=settings.relay.where,
                    holder=uuid4().hex,
                    failures=health,
                    traces=tracing,
                    observer=RelayMetrics(process.registry) if settings.relay.where == "embedded" else None,
                ),
                aclosing(topics),
                aclosing(writes),
                open_rate_limit(
                    settings.rates.rate,
                    stores.rates,
                    deadline=settings.deadlines["rates"],
                    health=health,
                    guards=guards,
                    now=now,
                    refusals=process.refusals,
                ) as rate_limit,
                watching(watch),
                serving_metrics(metrics_socket, process, health, stores.outbox, now=now),
            ):
                yield AppState(
                    stores=stores,
                    shared=shared,
                    last_good=last_good,
                    health=health,
                    guards=guards,
                    topics=topics,
                    background_writes=writes,
                    rate_limit=rate_limit,
                    revocations=watch,
                    open_streams=streams,
                    stopping=asyncio.Event(),
                )

    process = ProcessMetrics() if metrics is None else metrics
    origins = Origins(listed=frozenset(settings.http.origins), loopback=loopback_origins)
    peers = Peers(
        access=access,
        deadlines=settings.deadlines,
        limits=settings.limits.of_peers(),
        operation_timeout=settings.http.operation_timeout,
        now=now,
        executor=settings.executor,
        policy=settings.policy.of_peers(keep_revocations=settings.auth.keep_revocations),
    )
    slots = OperationSlots(settings.http.operations, refusals=process.refusals)
    documents = persisted_documents(settings, schema)
    operations = Operations(
        schema=schema,
        documents=documents,
        slots=slots,
        observers=[operation_log(settings.log, secret), measured_operations(process, documents.trusted, slots)],
        tracing=tracing,
    )
    measure_refusals(process, tokens=access.verification.refusals.counts)
    pages = Pages(
        remote_images=settings.pages.remote_images,
        demo=demo_roles is not None,
        issuer=settings.auth.issuer,
        folder=pages_folder,
    )
    sockets = WebSocketEndpoint(
        operations,
        peers,
        limits,
        origins=origins,
        refusals=process.refusals,
        per_subject=settings.http.sockets_per_subject,
        per_address=settings.http.sockets_per_address,
    )
    app = Starlette(
        routes=[
            Route("/graphql", GraphQLEndpoint(operations, peers, pages)),
            WebSocketRoute("/graphql", sockets),
            *health_routes(),
            *([] if demo_roles is None else [demo_roles]),
            *pages.routes(),
        ],
        middleware=[
            Middleware(TrustedProxies, trusted=settings.proxies.trusted),
            Middleware(SecurityHeaders),
            Middleware(Cors, origins=origins),
            Middleware(AccessLog, new_id=new_id),
            # Without tokens, a page of another site must not reach the gateway by DNS rebinding.
            *([] if access.anonymous_viewer is None else [Middleware(TrustedHostMiddleware, [*LOOPBACK_NAMES, host])]),
            Middleware(Compression),
            Middleware(
                BodyLimit, most=settings.http.body_limit, total=settings.http.bodies_limit, refusals=process.refusals
            ),
        ],
        exception_handlers={HTTPException: http_error},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # it would redirect to whatever host the request names
    return app


def operation_log(settings: LogSettings, secret: str | None) -> OperationLog:
    """The observer that logs operations."""
    key = None if settings.key is None else settings.key.get_secret_value()
    return OperationLog(Pseudonyms.derived(key=key, secret=secret), slow=settings.slow_operation)
