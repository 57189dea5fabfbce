"""Serves the rows: `python -m tests.bench.memory.server learners`, `bare` or `gateway`.

`learners` is written by hand. `bare` is a Starlette view that coerces the variables and runs the plan. `gateway` is the
app of `quadrangle serve`, with everything that a request passes through there. All three verify the token.
"""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import orjson
import uvicorn
from graphql import parse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.config.settings import read_settings
from gateway.embedded.loopback import HOST
from gateway.http.app import build_app
from gateway.http.auth.access import Access
from gateway.http.auth.configured import verification_by
from gateway.http.server import bind, serve, tune_garbage_collection
from gateway.observability.logs import write_logs
from gateway.runtime.clock import utc_now
from gateway.runtime.shutdown import Shutdown
from gateway.runtime.shutdown import run as run_command
from resolvers.context import Context, Peer
from resolvers.documents.document import Document
from resolvers.execution.compiled.execute import execute
from resolvers.execution.compiled.plan_cache import PLAN_CACHE, PlanCache
from resolvers.execution.event_executor import EventExecutor
from resolvers.health import Health
from resolvers.strawberry_internals import core_schema
from resolvers.subscriptions.topics import TopicRegistry
from resolvers.viewer import Role, Viewer
from stores.ports.stores import Stores
from tests.bench.hand.server import Tokens
from tests.bench.memory.by_hand import learners_page
from tests.bench.memory.schema import QUERY, SCHEMA
from tests.gateway.memory_stores import memory_stores

Answer = Callable[[Mapping[str, Any]], Awaitable[Any]]
BACKENDS = dict.fromkeys(Stores.__slots__, "memory")
DEADLINES = dict.fromkeys(Stores.__slots__, timedelta(seconds=2))


async def by_hand(variables: Mapping[str, Any]) -> Any:
    """The page as `data`."""
    return await learners_page(variables["n"])


def bare() -> Answer:
    """Runs the plan of the query for an ADMIN, without limits of time and size."""
    schema, stores = core_schema(SCHEMA), memory_stores(utc_now)
    health = Health(stores=stores, backends=BACKENDS, now=utc_now)
    peer = Peer(
        stores=stores,
        viewer=Viewer(subject="bench", role=Role.ADMIN),
        health=health,
        topics=TopicRegistry(stores, deadlines=DEADLINES, failures=health, now=utc_now),
        deadlines=DEADLINES,
        now=utc_now,
    )
    document = Document(schema, parse(QUERY))
    plans: PlanCache = schema.extensions[PLAN_CACHE]

    async def answer(variables: Mapping[str, Any]) -> Any:
        context = Context.of(peer)
        context.document = document
        executor = EventExecutor.build(schema, document.node, context_value=context, raw_variable_values=variables)
        assert isinstance(executor, EventExecutor)
        plan: Any = plans.plan(executor, peer)
        result = await execute(executor, plan, executor.response_size, plans.counters)
        assert result.errors is None, result.errors
        context.loaders.forget()  # or its reads wait for the garbage collector
        return result.data

    return answer


def view(answer: Answer) -> Starlette:
    """A page at /learners, and at /graphql for the variables of a GraphQL request."""
    tokens = Tokens(os.environ["GATEWAY_AUTH_SECRET"])

    async def respond(request: Request, variables: Mapping[str, Any]) -> Response:
        tokens.claims(request.headers["authorization"])
        return Response(orjson.dumps({"data": await answer(variables)}), media_type="application/json")

    async def page(request: Request) -> Response:
        return await respond(request, orjson.loads(await request.body()))

    async def graphql(request: Request) -> Response:
        return await respond(request, orjson.loads(await request.body())["variables"])

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        tune_garbage_collection()
        yield

    routes = [Route("/learners", page, methods=["POST"]), Route("/graphql", graphql, methods=["POST"])]
    return Starlette(routes=routes, lifespan=lifespan)


async def serve_gateway(shutdown: Shutdown) -> int:
    """The gateway over empty memory stores: the paths of the schema read the rows."""

    @asynccontextmanager
    async def open_stores() -> AsyncIterator[tuple[Stores, Mapping[str, str]]]:
        yield memory_stores(utc_now), BACKENDS

    settings = read_settings({name: text for name, text in os.environ.items() if name.startswith("GATEWAY_")})
    write_logs(settings.log, default="INFO")
    access = Access(verification=verification_by(os.environ["GATEWAY_AUTH_SECRET"]))
    app = build_app(settings, schema=SCHEMA, open_stores=open_stores, access=access, now=utc_now)
    with bind(HOST, int(os.environ["PORT"])) as bound:
        await serve(app, bound, shutdown=shutdown, settings=settings.http, on_ready=lambda: None)
    return 0


def main() -> None:
    kind = sys.argv[1]
    if kind == "gateway":
        run_command(serve_gateway, interrupted=None)
        return
    app = view(by_hand if kind == "learners" else bare())
    uvicorn.run(
        app,
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )


if __name__ == "__main__":
    main()
