"""Responses to requests that never reach the graph, in GraphQL's error format."""

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
"""The error code of each HTTP status; REFUSED for others."""


def error_response(
    status: int,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
    media_type: str = "application/json",
    **extensions: str,
) -> Response:
    """`{"errors": [{"message", "extensions": {"code", …}}]}` with this HTTP status."""
    error = {"message": message, "extensions": {"code": CODES.get(status, "REFUSED"), **extensions}}
    return Response(orjson.dumps({"errors": [error]}), status, headers, media_type)


def http_error(request: Request, error: Exception) -> Response:
    """The response to an `HTTPException` of Starlette: unknown route or method, or a body that is too large."""
    http = cast(HTTPException, error)
    return error_response(http.status_code, http.detail, headers=http.headers)
