"""/graphql as a WebSocket route: which sockets are let in."""

from collections.abc import Mapping
from typing import Any

import strawberry
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.http import GraphQLRequestData
from strawberry.http.websocket_origin import is_same_origin

from gateway.http.auth.tokens import Unauthenticated
from gateway.http.error_responses import refusal
from gateway.http.graphql_request import answers
from gateway.http.peers import TRACE_HEADER, Peers
from gateway.http.websocket.connection import Answers, Bounds, Connection
from gateway.http.websocket.messages import NOT_ACCEPTABLE
from resolvers.context import Peer

SUBPROTOCOL = "graphql-transport-ws"


class Sockets:
    """An ASGI app. It leaves in the scope how many `operations` a socket had."""

    def __init__(self, schema: strawberry.Schema, peers: Peers, bounds: Bounds) -> None:
        self._schema = schema
        self._peers = peers
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        if not self._may_open(websocket):
            await refusal(403, "a page of another site may not open a socket here")(scope, receive, send)
            return
        await websocket.receive()  # the request to connect
        try:
            if SUBPROTOCOL not in scope["subprotocols"]:
                await websocket.accept()
                await websocket.close(NOT_ACCEPTABLE, "Subprotocol not acceptable")
                return
            await websocket.accept(SUBPROTOCOL)
        except WebSocketDisconnect:
            return
        connection = Connection(websocket, enter=self._enter(websocket), answer=self._answer, bounds=self._bounds)
        try:
            await connection.run()
        finally:
            scope["operations"] = connection.started

    def _may_open(self, websocket: WebSocket) -> bool:
        """Browsers let any page open a socket to any server, and say only whose page it is. Where a token is needed
        that page has to have one; where none is needed, nothing else keeps it out."""
        origin = websocket.headers.get("origin")
        return self._peers.access.nobody is None or origin is None or is_same_origin(origin, websocket.headers["host"])

    def _enter(self, websocket: WebSocket) -> Any:
        state, headers = websocket.state, websocket.headers

        def enter(payload: Mapping[str, Any]) -> Peer:
            # Browsers can set no header on a socket: the payload takes their place, in either case of letters.
            given = {name.lower(): value for name, value in payload.items()}
            authorization = given.get("authorization", headers.get("authorization"))
            if authorization is not None and not isinstance(authorization, str):
                raise Unauthenticated("the token must be a string", given=True)
            return self._peers.of(state, authorization, trace=given.get(TRACE_HEADER, headers.get(TRACE_HEADER)))

        return enter

    def _answer(self, peer: Peer, asked: GraphQLRequestData) -> Answers:
        return answers(self._schema, peer, asked)
