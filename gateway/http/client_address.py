"""Where a request comes from."""

from starlette.types import Scope


def client_address(scope: Scope) -> str:
    """The IP address of the client of an HTTP request or a WebSocket, empty if it is not known. Behind trusted proxies
    it is what they say (middleware/trusted_proxies.py)."""
    client = scope.get("client")
    return client[0] if client else ""
