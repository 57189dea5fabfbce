"""What `serve` and `demo` end with: the app behind its socket, and everybody told where it is once it answers."""

import socket

from starlette.types import ASGIApp

from gateway.config.settings import Settings
from gateway.config.store_location import StoreLocation
from gateway.http.server import address_of, serve
from gateway.runtime.console import print_ready
from gateway.runtime.shutdown import Shutdown


async def serve_announced(
    app: ASGIApp, bound: socket.socket, location: StoreLocation, settings: Settings, shutdown: Shutdown
) -> None:
    """Until told to stop. Whoever comes to the same data folder is told, too."""
    url = f"{address_of(bound)}/graphql"

    def on_ready() -> None:
        location.announce(url)
        print_ready(url)

    await serve(
        app,
        bound,
        shutdown=shutdown,
        grace=settings.http.grace,
        message_limit=settings.http.body_limit,
        on_ready=on_ready,
    )
