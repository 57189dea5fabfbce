"""/graphql over HTTP: one operation per request, as JSON or as an event stream.

Follows the GraphQL over HTTP specification (graphql.github.io/graphql-over-http).
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLHTTPResponse
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from gateway.http.auth.refusals import Unauthenticated
from gateway.http.bounds.disconnect import EndedByDisconnect
from gateway.http.client_address import client_address
from gateway.http.error_responses import error_response
from gateway.http.field_traces import wants_field_trace
from gateway.http.graphql_request import GraphQLRequest, MalformedRequest, response_of
from gateway.http.operations import Operations
from gateway.http.origins import is_foreign
from gateway.http.peers import Peers
from gateway.http.refusal import RequestRefused
from gateway.http.request_body import read_request
from gateway.http.request_headers import headers_of
from gateway.http.sse import EventStreamResponse, accepts_event_stream, accepts_only_event_stream
from gateway.http.state import AppState
from gateway.http.streamed_result import StreamedResult
from gateway.http.streamed_result import refused as refused_stream
from gateway.observability.access_entry import ENTRY
from gateway.web.pages import EXPLORER, Pages, wants_page
from resolvers.context import Peer
from resolvers.documents.public_operations import LONGEST_PUBLIC
from resolvers.error_codes import ErrorCode

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
ALLOWED = {
    "GET": frozenset({OperationType.QUERY}),
    "POST": frozenset({OperationType.QUERY, OperationType.MUTATION}),
}
"""The operations of each method."""
NO_DOCUMENT = "No GraphQL query found in the request"


class NeedsStream(Exception):
    """The operation is a subscription, which a single response cannot answer."""


class GraphQLEndpoint:
    """The ASGI app of /graphql."""

    def __init__(self, operations: Operations, peers: Peers, pages: Pages) -> None:
        self._operations = operations
        self._peers = peers
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request: Request = Request(scope, receive)
        headers = headers_of(scope)
        try:
            response = await self._respond(request, headers)
        except Unauthenticated as error:
            response = self._unauthenticated(error)
        except RequestRefused as refusal:
            response = refused(refusal, headers)
        except MalformedRequest as error:
            if error.status == 405:
                response = error_response(405, str(error), headers={"Allow": "GET, POST"})
            elif self._peers.lacks_token(headers):  # no details without a token
                response = self._unauthenticated(Unauthenticated.missing())
            else:
                response = error_response(error.status, str(error))
        await response(scope, receive, send)

    async def _respond(self, request: Request, headers: Mapping[str, str]) -> Response:
        if wants_page(request, headers):
            return await run_in_threadpool(self._pages.response, EXPLORER, request)
        self._operations.slots.check()  # before the body is read
        peer = await self._peer(request, headers)
        allowed = allowed_operations(request.method)
        given = await read_request(request, headers)
        given.entry = request.scope.get(ENTRY)
        if not accepts_only_event_stream(request):
            try:
                return json_response(await self._execute(request, peer, given, allowed), media_type_for(headers))
            except NeedsStream:
                if not accepts_event_stream(request):
                    raise MalformedRequest(
                        "a subscription needs a WebSocket (graphql-transport-ws) or Accept: text/event-stream"
                    ) from None
        return await self._stream(request, peer, given, allowed | {OperationType.SUBSCRIPTION})

    async def _stream(
        self, request: Request, peer: Peer, given: GraphQLRequest, allowed: frozenset[OperationType]
    ) -> Response:
        """The response to any operation, as an event stream."""
        if not peer.viewer.authenticated:
            raise Unauthenticated.missing()
        if not given.has_document:
            raise MalformedRequest(NO_DOCUMENT)
        if given.entry is not None:
            given.entry.transport = "sse"
        try:
            operation = await self._operations.admitted(peer, given)
        except RequestRefused as refusal:
            if refusal.status != 200:
                raise
            return event_stream(only_result(refusal), peer, request)
        return event_stream(self._operations.stream(peer, operation, allowed), peer, request)

    def _unauthenticated(self, error: Unauthenticated) -> Response:
        if not error.given:
            self._peers.access.verification.refusals.count_missing()
        return unauthenticated(error)

    async def _peer(self, request: Request, headers: Mapping[str, str]) -> Peer:
        peer = await self._peers.create(
            request.scope["state"],
            headers.get("authorization"),
            foreign=is_foreign(headers),
            asked=headers.get,
            address=client_address(request.scope),
        )
        traces_fields = await wants_field_trace(
            headers, peer.viewer, self._peers.access, revoked=request.scope["state"]["revocations"].revoked
        )
        return replace(peer, traces_fields=True) if traces_fields else peer

    async def _execute(
        self, request: Request, peer: Peer, given: GraphQLRequest, allowed: frozenset[OperationType]
    ) -> GraphQLHTTPResponse:
        """The result of a query or mutation. Raises `NeedsStream` for a subscription."""
        try:
            admitted = await self._operations.admitted(peer, given)
            if not peer.viewer.authenticated and len(admitted.query or "") > LONGEST_PUBLIC:
                raise Unauthenticated.missing()
            with EndedByDisconnect(request.receive):
                result = await self._operations.execute(peer, admitted, allowed)
        except MissingQueryError:
            raise MalformedRequest(NO_DOCUMENT) from None
        except CannotGetOperationTypeError as error:
            raise MalformedRequest(error.as_http_error_reason()) from None
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.SUBSCRIPTION:
                raise NeedsStream from None
            raise MalformedRequest(error.as_http_error_reason(request.method)) from None
        if result.data is None and not peer.viewer.authenticated:
            raise Unauthenticated.missing()
        return response_of(result)


def allowed_operations(method: str) -> frozenset[OperationType]:
    """What a request with this method may run. Raises `MalformedRequest`."""
    allowed = ALLOWED.get(method)
    if allowed is None:
        raise MalformedRequest("GraphQL only supports GET and POST requests.", status=405)
    return allowed


def json_response(response: GraphQLHTTPResponse, media_type: str) -> Response:
    """The response with this result. A request error has a status of its own where the media type allows it."""
    is_error = "data" not in response and media_type == GRAPHQL_JSON
    status = status_of(response["errors"] or ()) if is_error else 200
    return Response(orjson.dumps(response), status, media_type=media_type)


def media_type_for(headers: Mapping[str, str]) -> str:
    """The media type of a result, for what the request accepts."""
    return GRAPHQL_JSON if GRAPHQL_JSON in headers.get("accept", "") else JSON


def status_of(errors: Sequence[Any]) -> int:
    """The HTTP status of a result without data: 504 if it took too long, else 400."""
    codes = {error.get("extensions", {}).get("code") for error in errors}
    return 504 if ErrorCode.OPERATION_TIMEOUT in codes else 400


def refused(refusal: RequestRefused, headers: Mapping[str, str]) -> Response:
    """The response to an operation that was refused before it ran. The status of a GraphQL result is 200 as JSON
    only."""
    media_type = media_type_for(headers)
    status = 400 if (refusal.status, media_type) == (200, GRAPHQL_JSON) else refusal.status
    return Response(orjson.dumps({"errors": [refusal.error]}), status, refusal.headers, media_type)


def event_stream(results: AsyncGenerator[StreamedResult, None], peer: Peer, request: Request) -> Response:
    """The response with these results, which ends with the peer's token, and when the server stops."""
    state: AppState = request.scope["state"]
    return EventStreamResponse(
        results, stopping=state["stopping"], viewer=peer.viewer, open_streams=state["open_streams"]
    )


async def only_result(refusal: RequestRefused) -> AsyncGenerator[StreamedResult, None]:
    """The results of a stream that was refused."""
    yield refused_stream(refusal.error)


def unauthenticated(error: Unauthenticated) -> Response:
    """401 with a challenge (RFC 6750, section 3)."""
    challenge = 'Bearer error="invalid_token"' if error.given else "Bearer"
    return error_response(401, str(error), headers={"WWW-Authenticate": challenge})
