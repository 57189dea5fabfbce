"""Responses to requests that never reach the graph, in GraphQL's error format."""

from collections.abc import Mapping
from typing import cast

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from resolvers.error_codes import ErrorCode
from resolvers.errors import shortened

CODES = {
    400: ErrorCode.BAD_REQUEST,
    401: ErrorCode.UNAUTHENTICATED,
    403: ErrorCode.FORBIDDEN,
    404: ErrorCode.NOT_FOUND,
    405: ErrorCode.METHOD_NOT_ALLOWED,
    408: ErrorCode.REQUEST_TIMEOUT,
    413: ErrorCode.TOO_LARGE,
    415: ErrorCode.BAD_REQUEST,
    429: ErrorCode.RATE_LIMITED,
    431: ErrorCode.HEAD_TOO_LARGE,
    500: ErrorCode.INTERNAL,
    503: ErrorCode.OVERLOADED,
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
    error = {"message": shortened(message), "extensions": {"code": CODES.get(status, ErrorCode.REFUSED), **extensions}}
    return Response(orjson.dumps({"errors": [error]}), status, headers, media_type)


def http_error(request: Request, error: Exception) -> Response:
    """The response to an `HTTPException` of Starlette: unknown route or method, or a body that is too large."""
    http = cast(HTTPException, error)
    return error_response(http.status_code, http.detail, headers=http.headers)
