"""Reads the GraphQL request out of an HTTP request: the parameters of a GET, the JSON body of a POST."""

from collections.abc import Mapping

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

from gateway.http import request_json
from gateway.http.graphql_request import GraphQLRequest, MalformedRequest, parse_request

MEDIA_TYPE = "application/json"


async def read_request(request: Request, headers: Mapping[str, str]) -> GraphQLRequest:
    """The GraphQL request of an HTTP request. Raises `MalformedRequest`."""
    given: object
    if request.method == "GET":
        parameters: dict[str, object] = dict(request.query_params)
        size = sum(len(each) for each in request.query_params.values())
        for name in ("variables", "extensions"):
            if text := parameters.pop(name, None):
                parameters[name] = _parsed(str(text))
        given = parameters
    elif headers.get("content-type", "").partition(";")[0].strip().lower() == MEDIA_TYPE:
        body = await _body(request.receive)
        given, size = _parsed(body), len(body)
    else:
        raise MalformedRequest(
            f"the content type must be {MEDIA_TYPE}: forms and multipart requests are not accepted", status=415
        )
    return parse_request(given, size=size)


async def _body(receive: Receive) -> bytes:
    """The whole body. Raises `ClientDisconnect` if the client does not send it."""
    chunks = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _parsed(text: str | bytes) -> object:
    try:
        return request_json.loads(text)
    except orjson.JSONDecodeError:
        raise MalformedRequest("Unable to parse request body as JSON") from None
