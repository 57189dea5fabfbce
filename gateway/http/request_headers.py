"""The headers of a request, read once for all that look at them."""

from collections.abc import Mapping

from starlette.types import Scope

KEY = "quadrangle.headers"
"""Where a scope has its headers once they were read."""


def headers_of(scope: Scope) -> Mapping[str, str]:
    """The headers of a request or WebSocket by their names in lower case; of those with the same name the first."""
    found: Mapping[str, str] | None = scope.get(KEY)
    if found is None:
        lines = reversed(scope["headers"])
        found = scope[KEY] = {name.decode("latin-1"): value.decode("latin-1") for name, value in lines}
    return found
