"""The address of the client that sent a request."""

from starlette.types import Scope


def client_address(scope: Scope) -> str:
    """The IP address of the client of an HTTP request or a WebSocket, empty if it is not known."""
    client = scope.get("client")
    return client[0] if client else ""
