"""Why the gateway refuses an operation before it runs."""

from collections.abc import Mapping
from datetime import timedelta
from math import ceil
from typing import Any

from resolvers.error_codes import ErrorCode


class RequestRefused(Exception):
    """A refusal in the terms of all transports.

    `code`, `message` and `extensions` are the error's. `status` is that of an HTTP response, 200 for a refusal that is
    a GraphQL result; in a socket the operation ends with the error. `retry_after`: when the request may succeed.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        status: int = 400,
        retry_after: timedelta | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.retry_after = retry_after
        self.extensions: Mapping[str, Any] = {"code": code, **extensions}
        if retry_after is not None:
            self.extensions = {**self.extensions, "retryAfterMs": ceil(retry_after / timedelta(milliseconds=1))}

    @property
    def error(self) -> dict[str, Any]:
        """The refusal as an entry of `errors`."""
        return {"message": str(self), "extensions": self.extensions}

    @property
    def headers(self) -> dict[str, str]:
        """The headers of an HTTP response: Retry-After in whole seconds (RFC 9110, section 10.2.3)."""
        return {} if self.retry_after is None else {"Retry-After": str(max(1, ceil(self.retry_after.total_seconds())))}
