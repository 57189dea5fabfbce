"""Why a token is refused: one message for clients, the reason for the log and the metrics."""

import logging
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from time import monotonic

log = logging.getLogger("quadrangle.auth")
LINES, WINDOW_SECONDS = 20, 10.0
"""The most lines about refused tokens in a window of time."""
LONGEST_KEY_ID = 64


class Unauthenticated(Exception):
    """The token is missing, invalid, expired or revoked. `given`: the request had one."""

    def __init__(self, message: str, *, given: bool) -> None:
        super().__init__(message)
        self.given = given

    @classmethod
    def missing(cls) -> "Unauthenticated":
        """The request has no token, and needs one."""
        return cls("a token is required: Authorization: Bearer …", given=False)

    @classmethod
    def refused(cls) -> "Unauthenticated":
        """The token is not accepted. Every reason has this message: it must not help to forge one."""
        return cls("the token is not valid", given=True)


class RefusalReason(StrEnum):
    """Why a request is not authenticated."""

    MISSING = "no token"
    NOT_BEARER = "not a bearer token"
    MALFORMED = "malformed"
    ALGORITHM = "algorithm"
    UNKNOWN_KEY = "unknown key"
    SIGNATURE = "signature"
    EXPIRED = "expired"
    NOT_YET = "not valid yet"
    LONG_LIFE = "lives too long"
    REVOKED = "revoked"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    CLAIM_MISSING = "a claim is missing"
    REQUIRED_CLAIM = "a required claim is missing or differs"
    EXP_MISSING = "exp is missing"
    EXP = "exp is malformed"
    IAT = "iat is malformed"
    JTI = "jti is malformed"
    SUBJECT = "subject is missing or malformed"
    ROLE_UNKNOWN = "role is missing or unknown"
    ROLE = "role is malformed"
    COURSES = "courses is malformed"
    SCOPES = "scopes is malformed"


class TokenRefused(Exception):
    """Why a token is refused."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason)
        self.reason = reason


class RefusalLog:
    """Logs refused tokens: the reason and the key id, never the token or its claims, at a bounded rate. `counts`: all
    refusals by their reason, and the requests without a token that need one."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._window = clock()
        self._lines = 0
        self.left_out = 0
        self.counts = Counter(dict.fromkeys(RefusalReason, 0))

    def count_missing(self) -> None:
        """Count a request without a token that needs one. It is not logged."""
        self.counts[RefusalReason.MISSING] += 1

    def write(self, reason: RefusalReason, key_id: str | None = None) -> None:
        """Log one refusal. Beyond the rate it is counted, and the next window's first line has the number."""
        self.counts[reason] += 1
        if self._clock() - self._window >= WINDOW_SECONDS:
            self._window, self._lines = self._clock(), 0
        if self._lines >= LINES:
            self.left_out += 1
            return
        self._lines += 1
        left_out, self.left_out = self.left_out, 0
        log.info("token refused", extra={"reason": reason.value, "key_id": shown(key_id), "left_out": left_out})


def shown(key_id: str | None) -> str | None:
    """A key id as it is logged. It is the client's text: shortened, and without control characters."""
    if key_id is None:
        return None
    return "".join(each if each.isprintable() else "?" for each in key_id[:LONGEST_KEY_ID])
