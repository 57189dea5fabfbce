"""Health checks for the operators of the gateway: /livez and /readyz."""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.http.state import AppState
from resolvers.store_states import StoreHealth, StoreState


async def livez(request: Request[AppState]) -> Response:
    """200 while the process runs its event loop."""
    return Response(b'{"live":true}', media_type="application/json")


async def readyz(request: Request[AppState]) -> Response:
    """200 while at least one store responds, else 503. A store that is down affects only its own fields, in every
    gateway alike, so taking this one out of rotation would not help. Anyone may ask: it costs no
    ping, because each store is pinged every second. The answer has their states and why they are not LIVE, no texts."""
    stores = await request.state["health"].latest_of_probes()
    ready = any(store.state is not StoreState.DOWN for store in stores)
    states = {store.store: shown(store) for store in stores}
    body = orjson.dumps({"ready": ready, "stores": states})
    return Response(body, 200 if ready else 503, media_type="application/json")


def shown(store: StoreHealth) -> dict[str, str]:
    """The state of a store, and the reason if it is not LIVE."""
    return {"state": store.state.value, **({} if store.reason is None else {"reason": store.reason.value})}


def health_routes() -> list[Route]:
    """The routes of both checks. Neither needs a token."""
    return [Route("/livez", livez), Route("/readyz", readyz)]
