"""The GraphQL endpoint: a request becomes a Peer, a Peer runs one operation. GraphQL over HTTP, strictly."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
import strawberry
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData, process_result
from strawberry.types import ExecutionResult

from gateway.auth import Access, Unauthenticated
from gateway.explorer import explorer_page, wants_explorer
from gateway.refusals import refusal
from resolvers.context import Peer

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
TRACE_HEADER = "x-gateway-trace"


class Endpoint(GraphQL[Peer, None]):
    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        access: Access,
        deadlines: Mapping[str, timedelta],
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(schema, graphql_ide=None, subscription_protocols=())
        self._access = access
        self._deadlines = deadlines
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request: Request = Request(scope, receive)
        try:
            response = explorer_page() if wants_explorer(request) else await self.run(request)
        except Unauthenticated as error:
            challenge = 'Bearer error="invalid_token"' if error.given else "Bearer"
            response = refusal(401, str(error), headers={"WWW-Authenticate": challenge})
        except HTTPException as error:
            headers = {"Allow": "GET, POST"} if error.status_code == 405 else None
            response = refusal(error.status_code, error.reason, headers=headers)
        await response(scope, receive, send)

    def should_render_graphql_ide(self, request: object) -> bool:
        return False  # the explorer is, before a token is asked for

    async def get_context(self, request: Any, response: Any) -> Peer:
        viewer = self._access.viewer(request.headers.get("authorization"))
        wanted = request.headers.get(TRACE_HEADER) == "stores"
        return Peer(
            stores=request.state["stores"],
            viewer=viewer,
            health=request.state["health"],
            watches=request.state["watches"],
            deadlines=self._deadlines,
            now=self._now,
            trace=wanted and self._access.may_trace(viewer),
        )

    async def get_sub_response(self, request: Any) -> Response:
        sub_response = await super().get_sub_response(request)
        accepted = request.headers.get("accept", "")
        sub_response.media_type = GRAPHQL_JSON if GRAPHQL_JSON in accepted else JSON
        return sub_response

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        if request.method == "GET":
            given = dict(request.query_params)
            for name in ("variables", "extensions"):
                if text := given.pop(name, None):
                    given[name] = self.parse_json(text)
        elif (request.content_type or "").partition(";")[0].strip().lower() == JSON:
            given = self.parse_json(await request.get_body())
        else:
            raise HTTPException(400, f"the content type must be {JSON}")
        if not isinstance(given, dict):
            raise HTTPException(400, "the request must be a JSON object")
        return GraphQLRequestData(
            query=_part(given, "query", str),
            variables=_part(given, "variables", dict),
            operation_name=_part(given, "operationName", str),
            extensions=_part(given, "extensions", dict),
        )

    async def process_result(self, request: Any, result: ExecutionResult) -> GraphQLHTTPResponse:
        response = process_result(result)
        # An operation that was refused before it ran has no data, not even null.
        if result.data is None and result.errors and not any(error.path for error in result.errors):
            del response["data"]
        return response

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        media_type = sub_response.media_type
        refused = "data" not in response_data and media_type == GRAPHQL_JSON
        return Response(self.encode_json(response_data), 400 if refused else 200, media_type=media_type)

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def _part(given: dict[str, Any], name: str, kind: type) -> Any:
    part = given.get(name)
    if part is not None and not isinstance(part, kind):
        raise HTTPException(400, f"{name} must be {'a string' if kind is str else 'an object'}")
    return part
