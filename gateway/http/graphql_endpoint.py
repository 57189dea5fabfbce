"""/graphql over HTTP: one operation per request, as JSON or as an event stream.

Follows the GraphQL over HTTP specification (graphql.github.io/graphql-over-http).
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import Any

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.asgi import GraphQL
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLHTTPResponse
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from gateway.http import request_json
from gateway.http.auth.refusals import Unauthenticated
from gateway.http.bounds.disconnect import EndedByDisconnect
from gateway.http.client_address import client_address
from gateway.http.error_responses import error_response
from gateway.http.field_traces import wants_field_trace
from gateway.http.graphql_request import GraphQLRequest, MalformedRequest, parse_request, response_of
from gateway.http.operations import Operations
from gateway.http.origins import is_foreign
from gateway.http.peers import Peers
from gateway.http.refusal import RequestRefused
from gateway.http.sse import EventStreamResponse, accepts_event_stream, accepts_only_event_stream
from gateway.http.streamed_result import StreamedResult
from gateway.http.streamed_result import refused as refused_stream
from gateway.web.graphiql import graphiql_page, wants_graphiql
from resolvers.context import Peer
from resolvers.documents.public_operations import LONGEST_PUBLIC
from resolvers.error_codes import ErrorCode

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
ALLOWED = {
    "GET": frozenset({OperationType.QUERY}),
    "POST": frozenset({OperationType.QUERY, OperationType.MUTATION}),
}


class NeedsStream(Exception):
    """The operation is a subscription, which a single response cannot answer."""


class GraphQLEndpoint(GraphQL[Peer, None]):
    """Strawberry's ASGI view with our parsing, error format and transports. Its overridden methods keep their names."""

    def __init__(self, operations: Operations, peers: Peers) -> None:
        super().__init__(operations.schema, graphql_ide=None, subscription_protocols=())
        self._operations = operations
        self._peers = peers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request: Request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except Unauthenticated as error:
            response = unauthenticated(error)
        except RequestRefused as refusal:
            response = refused(refusal, request)
        except HTTPException as error:
            if error.status_code == 405:
                response = error_response(405, error.reason, headers={"Allow": "GET, POST"})
            elif self._peers.lacks_token(request.headers):  # only who may ask learns what is wrong
                response = unauthenticated(Unauthenticated.missing())
            else:
                response = error_response(error.status_code, error.reason)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if wants_graphiql(request):
            return graphiql_page()
        self._operations.slots.check()  # before the body is read
        if accepts_only_event_stream(request):
            return await self._stream(request)
        try:
            return await self.run(request)
        except NeedsStream:
            if accepts_event_stream(request):
                return await self._stream(request)
            raise HTTPException(
                400, "a subscription needs a WebSocket (graphql-transport-ws) or Accept: text/event-stream"
            ) from None

    async def _stream(self, request: Request) -> Response:
        peer = await self.get_context(request, None)
        if not peer.viewer.authenticated:
            raise Unauthenticated.missing()
        adapter = self.request_adapter_class(request)
        if not self.is_request_allowed(adapter):
            raise HTTPException(405, "GraphQL only supports GET and POST requests.")
        operation = await self.parse_http_body(adapter)
        if not operation.has_document:
            raise HTTPException(400, "No GraphQL query found in the request")
        try:
            operation = await self._operations.admitted(peer, operation)
        except RequestRefused as refusal:
            if refusal.status != 200:
                raise
            return event_stream(only_result(refusal), peer, request)
        log_name(request, operation)
        allowed = ALLOWED[adapter.method] | {OperationType.SUBSCRIPTION}
        return event_stream(self._operations.stream(peer, operation, allowed), peer, request)

    def should_render_graphql_ide(self, request: object) -> bool:
        return False  # `_respond` serves GraphiQL, before it asks for a token

    async def get_context(self, request: Any, response: Any) -> Peer:
        headers = request.headers
        peer = await self._peers.create(
            request.state,
            headers.get("authorization"),
            foreign=is_foreign(headers),
            asked=headers.get,
            address=client_address(request.scope),
        )
        traces_fields = await wants_field_trace(
            headers, peer.viewer, self._peers.access, revoked=request.state["revocations"].revoked
        )
        return replace(peer, traces_fields=True) if traces_fields else peer

    async def get_sub_response(self, request: Any) -> Response:
        sub_response = await super().get_sub_response(request)
        sub_response.media_type = media_type_for(request)
        return sub_response

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequest:
        if request.method == "GET":
            given = dict(request.query_params)
            size = sum(len(each or "") for each in given.values())
            for name in ("variables", "extensions"):
                if text := given.pop(name, None):
                    given[name] = self.parse_json(text)
        elif (request.content_type or "").partition(";")[0].strip().lower() == JSON:
            body = await request.get_body()
            given, size = self.parse_json(body), len(body)
        else:
            raise HTTPException(415, f"the content type must be {JSON}: forms and multipart requests are not accepted")
        try:
            return parse_request(given, size=size)
        except MalformedRequest as error:
            raise HTTPException(400, str(error)) from None

    async def execute_operation(  # a single operation: no batches, no incremental delivery
        self, request: Any, request_adapter: Any, request_data: Any, context: Any, root_value: Any, sub_response: Any
    ) -> ExecutionResult:
        method = request_adapter.method
        try:
            admitted = await self._operations.admitted(context, request_data)
            log_name(request, admitted)
            if not context.viewer.authenticated and len(admitted.query or "") > LONGEST_PUBLIC:
                raise Unauthenticated.missing()
            with EndedByDisconnect(request.receive):
                result = await self._operations.execute(context, admitted, ALLOWED[method])
        except MissingQueryError:
            raise HTTPException(400, "No GraphQL query found in the request") from None
        except CannotGetOperationTypeError as error:
            raise HTTPException(400, error.as_http_error_reason()) from None
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.SUBSCRIPTION:
                raise NeedsStream from None
            raise HTTPException(400, error.as_http_error_reason(method)) from None
        if result.data is None and not context.viewer.authenticated:
            raise Unauthenticated.missing()
        return result

    async def process_result(self, request: Any, result: ExecutionResult) -> GraphQLHTTPResponse:
        return response_of(result)

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        media_type = sub_response.media_type
        refused = "data" not in response_data and media_type == GRAPHQL_JSON
        status = status_of(response_data["errors"]) if refused else 200
        return Response(self.encode_json(response_data), status, media_type=media_type)

    def decode_json(self, data: str | bytes) -> object:
        return request_json.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def media_type_for(request: Request) -> str:
    """The media type of a result, for what the request accepts."""
    return GRAPHQL_JSON if GRAPHQL_JSON in request.headers.get("accept", "") else JSON


def status_of(errors: Sequence[Any]) -> int:
    """The HTTP status of a result without data: 504 if it took too long, else 400."""
    codes = {error.get("extensions", {}).get("code") for error in errors}
    return 504 if ErrorCode.OPERATION_TIMEOUT in codes else 400


def refused(refusal: RequestRefused, request: Request) -> Response:
    """The response to an operation that was refused before it ran. The status of a GraphQL result is 200 as JSON
    only."""
    media_type = media_type_for(request)
    status = 400 if (refusal.status, media_type) == (200, GRAPHQL_JSON) else refusal.status
    return Response(orjson.dumps({"errors": [refusal.error]}), status, refusal.headers, media_type)


def event_stream(results: AsyncGenerator[StreamedResult, None], peer: Peer, request: Request) -> Response:
    """The response with these results, which ends with the peer's token, and when the server stops."""
    state = request.state
    return EventStreamResponse(
        results, stopping=state["stopping"], viewer=peer.viewer, open_streams=state["open_streams"]
    )


async def only_result(refusal: RequestRefused) -> AsyncGenerator[StreamedResult, None]:
    """The results of a stream that was refused."""
    yield refused_stream(refusal.error)


def log_name(request: Request, operation: GraphQLRequest) -> None:
    """Let the access log name the operation of a trusted document. Other names are the client's text."""
    if operation.trusted_name is not None:
        request.scope["operation"] = operation.trusted_name


def unauthenticated(error: Unauthenticated) -> Response:
    """401 with a challenge (RFC 6750, section 3)."""
    challenge = 'Bearer error="invalid_token"' if error.given else "Bearer"
    return error_response(401, str(error), headers={"WWW-Authenticate": challenge})
