"""The pages as a Starlette server, with the server settings of the gateway: `python -m tests.bench.hand.server`.

It reads the gateway's settings from the environment: the URLs of the stores, and the secret of the tokens.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from time import time
from typing import Any

import jwt
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.http.server import tune_garbage_collection
from tests.bench.hand.drivers import Drivers, open_drivers
from tests.bench.hand.pages import dashboard, grid, key_of, learners, timeline
from tests.bench.hand.summary import summary

Claims = Mapping[str, Any]
Page = Callable[[Drivers, Mapping[str, Any]], Awaitable[Any]]
May = Callable[[Claims, Mapping[str, Any]], bool]


def is_admin(claims: Claims, _: Mapping[str, Any]) -> bool:
    """An ADMIN may see everything."""
    return bool(claims["role"] == "ADMIN")


def teaches(claims: Claims, variables: Mapping[str, Any]) -> bool:
    """An instructor may see the courses of the token."""
    return is_admin(claims, variables) or (claims["role"] == "INSTRUCTOR" and variables["course"] in claims["courses"])


def is_learner(claims: Claims, variables: Mapping[str, Any]) -> bool:
    """Learners may see themselves."""
    return is_admin(claims, variables) or bool(key_of(variables["id"]) == claims["sub"])


PAGES: Mapping[str, tuple[Page, May]] = {
    "grid": (grid, teaches),
    "dashboard": (dashboard, is_learner),
    "timeline": (timeline, is_learner),
    "learners": (learners, is_admin),
    "summary": (summary, teaches),
}


class Tokens:
    """Verifies HS256 tokens. As in the gateway, a verified one is remembered until it expires."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._verified: dict[str, Claims] = {}

    def claims(self, authorization: str) -> Claims:
        """The claims of an Authorization header. Raises `jwt.PyJWTError`."""
        token = authorization.removeprefix("Bearer ")
        claims = self._verified.get(token)
        if claims is None or claims["exp"] < time():
            claims = self._verified[token] = jwt.decode(token, self._secret, algorithms=["HS256"])
        return claims


def build_app(environment: Mapping[str, str]) -> Starlette:
    """The pages, each at a path of its own."""
    tokens = Tokens(environment["GATEWAY_AUTH_SECRET"])

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Drivers]]:
        async with open_drivers(environment) as drivers:
            tune_garbage_collection()
            yield {"drivers": drivers}

    def route(name: str, page: Page, may: May) -> Route:
        async def serve(request: Request) -> Response:
            try:
                claims = tokens.claims(request.headers["authorization"])
            except (jwt.PyJWTError, KeyError):
                return Response(status_code=401)
            variables = orjson.loads(await request.body())
            if not may(claims, variables):
                return Response(status_code=403)
            data = await page(request.state.drivers, variables)
            return Response(orjson.dumps({"data": data}), media_type="application/json")

        return Route(f"/{name}", serve, methods=["POST"])

    return Starlette(routes=[route(name, *page) for name, page in PAGES.items()], lifespan=lifespan)


def main() -> None:
    config = uvicorn.Config(
        build_app(os.environ),
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=2048,
        timeout_keep_alive=75,
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
