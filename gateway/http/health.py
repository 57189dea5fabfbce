"""For who runs the gateway: is the process alive, can it answer?"""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.http.state import State
from resolvers.health import StoreState


async def livez(request: Request[State]) -> Response:
    return Response(b'{"live":true}', media_type="application/json")


async def readyz(request: Request[State]) -> Response:
    """Ready while any store answers: one that is down costs its own fields, and no gateway would have them."""
    stores = await request.state["health"].check()
    ready = any(store.state is not StoreState.DOWN for store in stores)
    told = {store.store: {"state": store.state.value, "backend": store.backend} for store in stores}
    body = orjson.dumps({"ready": ready, "stores": told})
    return Response(body, 200 if ready else 503, {"Cache-Control": "no-store"}, "application/json")


def health_routes() -> list[Route]:
    return [Route("/livez", livez), Route("/readyz", readyz)]
