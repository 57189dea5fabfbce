"""/graphql over WebSocket: which connections are accepted."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway.http.auth.refusals import RefusalReason, Unauthenticated
from gateway.http.client_address import client_address
from gateway.http.error_responses import error_response
from gateway.http.graphql_request import GraphQLRequest
from gateway.http.operations import Operations
from gateway.http.origins import Origins, is_foreign, log_refused
from gateway.http.peers import Peers
from gateway.http.rates.accounts import account_of_address
from gateway.http.websocket.connection import Connection, ConnectionLimits, Results
from gateway.http.websocket.messages import NOT_ACCEPTABLE, TOO_MANY, Close
from gateway.http.websocket.socket_counts import SocketCounts
from gateway.http.websocket.uvicorn_protocol import LARGE_MESSAGES
from gateway.observability.access_entry import ENTRY, AccessEntry
from gateway.observability.refusals import RefusalKind, Refusals
from resolvers.context import Peer

SUBPROTOCOL = "graphql-transport-ws"


class WebSocketEndpoint:
    """An ASGI app. It stores the number of a connection's operations in the scope, as `operations`, for the log."""

    def __init__(
        self,
        operations: Operations,
        peers: Peers,
        limits: ConnectionLimits,
        *,
        origins: Origins,
        refusals: Refusals,
        per_subject: int,
        per_address: int,
    ) -> None:
        self._operations = operations
        self._peers = peers
        self._origins = origins
        self._limits = limits
        self._refusals = refusals
        self._by_subject = SocketCounts(per_subject)
        self._by_address = SocketCounts(per_address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        if not self._may_connect(websocket):
            await error_response(403, "pages of other sites may not connect")(scope, receive, send)
            return
        address = account_of_address(client_address(scope))
        if not self._by_address.take(address):
            self._refusals.count(RefusalKind.SOCKETS_OF_ADDRESS)
            refused = error_response(429, "the address has too many connections", headers={"Retry-After": "10"})
            await refused(scope, receive, send)
            return
        run = partial(self._run, scope.get(ENTRY))
        connection = Connection(
            websocket, authenticate=self._authenticate, run=run, limits=self._limits, refusals=self._refusals
        )
        open_streams = websocket.state["open_streams"]
        open_streams.add(connection)
        try:
            if await accepted(websocket):
                await connection.serve()
        finally:
            open_streams.discard(connection)
            scope["operations"] = connection.started
            self._by_address.free(address)
            if connection.peer is not None:
                self._by_subject.free(connection.peer.viewer.subject)

    def _may_connect(self, websocket: WebSocket) -> bool:
        """Browsers let a page connect to any server: only this check keeps other sites out."""
        if not is_foreign(websocket.headers) or self._origins.allow(websocket.headers["origin"]):
            return True
        log_refused(websocket.headers["origin"])
        return False

    async def _authenticate(self, websocket: WebSocket, payload: Mapping[str, Any]) -> Peer:
        """The peer of a `connection_init` payload, counted until the connection ends. Browsers cannot set headers, so
        the entries of the payload take their place, with case-insensitive names. Raises `Unauthenticated`,
        `RequestRefused` and `Close`."""
        given = {name.lower(): value for name, value in payload.items()}
        authorization = given.get("authorization", websocket.headers.get("authorization"))
        if authorization is not None and not isinstance(authorization, str):
            self._peers.access.verification.refusals.write(RefusalReason.NOT_BEARER)
            raise Unauthenticated.refused()
        peer = await self._peers.create(
            websocket.state,
            authorization,
            foreign=is_foreign(websocket.headers),
            asked=lambda name: given.get(name, websocket.headers.get(name)),
            address=client_address(websocket.scope),
        )
        if not peer.viewer.authenticated:
            self._peers.access.verification.refusals.count_missing()
            raise Unauthenticated.missing()
        if not self._by_subject.take(peer.viewer.subject):
            self._refusals.count(RefusalKind.SOCKETS_OF_SUBJECT)
            raise Close(TOO_MANY, "Too many connections")
        if allow_large_messages := websocket.scope.get("extensions", {}).get(LARGE_MESSAGES):
            allow_large_messages()
        return peer

    async def _run(self, entry: AccessEntry | None, peer: Peer, request: GraphQLRequest) -> Results:
        request.entry = entry
        return self._operations.stream(peer, await self._operations.admitted(peer, request))


async def accepted(websocket: WebSocket) -> bool:
    """Accept a connection that offers the subprotocol. Others are closed, as browsers report no other refusal."""
    await websocket.receive()  # websocket.connect
    try:
        if SUBPROTOCOL in websocket.scope["subprotocols"]:
            await websocket.accept(SUBPROTOCOL)
            return True
        await websocket.accept()
        await websocket.close(NOT_ACCEPTABLE, "Subprotocol not acceptable")
    except WebSocketDisconnect:
        pass
    return False
