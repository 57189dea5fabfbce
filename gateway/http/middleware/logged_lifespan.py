"""Logs an error of the app's lifespan. uvicorn logs its traceback as text, and the log has only the first line."""

import logging

from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger("quadrangle.http")


class LoggedLifespan:
    """ASGI middleware. It must be the outermost one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception:
            if scope["type"] == "lifespan":
                log.exception("the gateway did not start, or did not close")
            raise
