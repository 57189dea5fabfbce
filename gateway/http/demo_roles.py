"""/demo/roles.json: the roles of the demo's front door, each with a new token. Only a demo on loopback has this route.

It gives tokens away, so only the gateway's own pages may read it: `TrustedHostMiddleware` refuses other hosts, as for
all of such a demo, `Cors` allows it to no other origin, and the route refuses requests of their pages.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.http.auth.tokens import Tokens
from gateway.http.origins import is_foreign
from resolvers.viewer import Viewer

PATH = "/demo/roles.json"
OWN_SITES = frozenset({"same-origin", "none"})
"""`Sec-Fetch-Site` of our own pages, and of an address that the user typed. It counts ports; "same-site" does not."""


def demo_roles_route(
    roles: Iterable[tuple[Viewer, str, str]], *, tokens: Tokens, now: Callable[[], datetime], valid_for: timedelta
) -> Route:
    """The route. Each role is a viewer, a name and a description."""
    listed = tuple(roles)

    async def demo_roles(request: Request) -> Response:
        if is_foreign(request.headers) or request.headers.get("sec-fetch-site", "none") not in OWN_SITES:
            raise HTTPException(403, "only pages of this demo may read its roles")
        at = now()
        entries = [
            {
                "subject": viewer.subject,
                "role": viewer.role.value,
                "name": name,
                "description": description,
                "token": tokens.mint(viewer, now=at, valid_for=valid_for),
            }
            for viewer, name, description in listed
        ]
        return Response(orjson.dumps({"roles": entries}), media_type="application/json")

    return Route(PATH, demo_roles)
