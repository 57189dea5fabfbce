"""Plain Strawberry as a Starlette server, by the defaults of both: `python -m tests.bench.stock.server`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

from tests.bench.hand.drivers import Drivers, open_drivers
from tests.bench.hand.server import Tokens
from tests.bench.stock.loaders import Loaders
from tests.bench.stock.schema import schema


class WithLoaders(GraphQL[dict[str, Loaders], None]):
    """GraphQL with new loaders for each request."""

    tokens = Tokens(os.environ["GATEWAY_AUTH_SECRET"])

    async def get_context(self, request: Request | WebSocket, response: object) -> dict[str, Loaders]:
        """The loaders of a request with a valid token."""
        claims = self.tokens.claims(request.headers["authorization"])
        return {"loaders": Loaders(request.state.drivers, claims)}


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Drivers]]:
    async with open_drivers(os.environ) as drivers:
        yield {"drivers": drivers}


if __name__ == "__main__":
    app = Starlette(routes=[Route("/graphql", WithLoaders(schema), methods=["POST"])], lifespan=lifespan)
    uvicorn.run(app, port=int(os.environ["PORT"]), loop="uvloop", http="httptools", log_config=None, access_log=False)
