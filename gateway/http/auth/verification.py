"""Verifies tokens: JWTs (RFC 7519) that one of the keys has signed, with the rules of RFC 8725."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import jwt

from gateway.http.auth.claims import ClaimMapping
from gateway.http.auth.keys import ALGORITHMS, Key, Keys
from gateway.http.auth.refusals import RefusalLog, RefusalReason, TokenRefused, Unauthenticated
from gateway.runtime.clock import utc_now
from resolvers.viewer import Viewer

CACHED_TOKENS = 2_000
# The claims that a token must have. The subject may have another name, and `iat` and `jti` are checked by ClaimMapping.
OPTIONS: Any = {"require": ["exp"], "verify_sub": False, "verify_jti": False}
REASONS: Mapping[type[Exception], RefusalReason] = {
    jwt.ExpiredSignatureError: RefusalReason.EXPIRED,
    jwt.ImmatureSignatureError: RefusalReason.NOT_YET,
    jwt.InvalidIssuerError: RefusalReason.ISSUER,
    jwt.InvalidAudienceError: RefusalReason.AUDIENCE,
    jwt.InvalidSignatureError: RefusalReason.SIGNATURE,
    jwt.MissingRequiredClaimError: RefusalReason.CLAIM_MISSING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRules:
    """What the operator requires of tokens. `issuer` and `audience`: None and empty if the operator named none; a token
    that has an audience is refused then. `leeway`: tolerated difference of the clocks. `longest`: the longest life of a
    token; revocations are kept as long."""

    issuer: str | None = None
    audience: Sequence[str] = ()
    leeway: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(days=30)


class Verification:
    """Turns tokens into viewers. Verified ones are cached by their sha256, because clients repeat them; the cache holds
    no token. They are verified again once they have expired, and after `recheck`, because the issuer may have withdrawn
    the key. `refusals` logs and counts those that are refused.
    """

    def __init__(
        self,
        keys: Sequence[Keys],
        *,
        rules: TokenRules,
        mapping: ClaimMapping,
        recheck: timedelta = timedelta(minutes=10),
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._keys = keys
        self._rules = rules
        self._mapping = mapping
        self._recheck = recheck
        self._now = now
        self.refusals = RefusalLog()
        self._verified: OrderedDict[bytes, tuple[Viewer, datetime]] = OrderedDict()

    async def viewer_of(self, token: str) -> Viewer:
        """The viewer that a token names. Raises `Unauthenticated` if it is malformed, forged, incomplete or expired;
        the reason is logged."""
        digest = sha256(token.encode(errors="surrogatepass")).digest()
        now = self._now()
        if (cached := self._verified.get(digest)) is not None and now < cached[1] and not cached[0].expired(now):
            self._verified.move_to_end(digest)
            return cached[0]
        key_id: str | None = None
        try:
            key_id, algorithm = header_of(token)
            candidates = [key for keys in self._keys for key in await keys.matching(key_id, algorithm)]
            viewer = self._read(token, candidates)
        except TokenRefused as refused:
            self._verified.pop(digest, None)
            self.refusals.write(refused.reason, key_id)
            raise Unauthenticated.refused() from None
        self._verified[digest] = viewer, now + self._recheck
        if len(self._verified) > CACHED_TOKENS:
            self._verified.popitem(last=False)
        return viewer

    def _read(self, token: str, candidates: Sequence[Key]) -> Viewer:
        if not candidates:
            raise TokenRefused(RefusalReason.UNKNOWN_KEY)
        for key in candidates:
            try:
                claims = self._decode(token, key)
            except jwt.InvalidSignatureError:
                continue
            # A payload that is nested too deeply raises RecursionError, an overlong number ValueError.
            except (jwt.PyJWTError, ValueError, OverflowError, TypeError, RecursionError) as error:
                raise TokenRefused(REASONS.get(type(error), RefusalReason.MALFORMED)) from None
            viewer = self._mapping.viewer_of(claims)
            self._check_life(viewer)
            return viewer
        raise TokenRefused(RefusalReason.SIGNATURE)

    def _decode(self, token: str, key: Key) -> Mapping[str, Any]:
        return jwt.decode(
            token,
            key.jwk,
            algorithms=[key.algorithm],
            issuer=self._rules.issuer,
            audience=self._rules.audience or None,
            leeway=self._rules.leeway,
            options=OPTIONS,
        )

    def _check_life(self, viewer: Viewer) -> None:
        """A revocation is kept for as long as the longest token lives. One that lived longer would outlive it."""
        issued_at = viewer.token.issued_at if viewer.token is not None else None
        begin = self._now() + self._rules.leeway if issued_at is None else issued_at
        if viewer.expires_at is not None and viewer.expires_at - begin > self._rules.longest:
            raise TokenRefused(RefusalReason.LONG_LIFE)


def header_of(token: str) -> tuple[str | None, str]:
    """The key id and the algorithm in a token's header: unverified, to find the key. Raises `TokenRefused`."""
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise TokenRefused(RefusalReason.MALFORMED) from None
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS.values():
        raise TokenRefused(RefusalReason.ALGORITHM)
    return key_id if isinstance(key_id, str) else None, algorithm
