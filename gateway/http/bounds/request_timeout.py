"""The X-Request-Timeout header: how many seconds a client waits for an operation."""

import re
from datetime import timedelta

from gateway.http.refusal import RequestRefused
from resolvers.error_codes import ErrorCode

TIMEOUT_HEADER = "x-request-timeout"
SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


def operation_timeout(given: object, *, longest: timedelta) -> timedelta:
    """The timeout of the operations of a request or socket. `given` is the header's value in seconds, such as `2` or
    `0.5`, or None. It may shorten `longest` but not extend it. Raises `RequestRefused`."""
    if given is None:
        return longest
    if not isinstance(given, str) or not SECONDS.fullmatch(given) or float(given) == 0:
        raise RequestRefused(
            ErrorCode.BAD_REQUEST, "X-Request-Timeout must be a number of seconds above zero, such as 2 or 0.5"
        )
    return min(timedelta(seconds=max(float(given), 0.001)), longest)
