"""Answers to requests that never get to the graph: GraphQL's error form, whatever went wrong."""

from collections.abc import Mapping
from typing import cast

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "TOO_LARGE",
    500: "INTERNAL",
}


def refusal(
    status: int,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
    media_type: str = "application/json",
    **more: str,
) -> Response:
    extensions = {"code": CODES.get(status, "REFUSED"), **more}
    body = {"errors": [{"message": message, "extensions": extensions}]}
    return Response(orjson.dumps(body), status, headers, media_type)


def as_refusal(request: Request, error: Exception) -> Response:
    """For Starlette: no such route, no such method, a body that is too large."""
    refused = cast(HTTPException, error)
    return refusal(refused.status_code, refused.detail, headers=refused.headers)
