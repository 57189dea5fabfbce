"""Tokens that the gateway mints itself: HS256 (RFC 7515), for `quadrangle token`, the demo and `quadrangle watch`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import jwt

from gateway.http.auth.keys import SHARED_ALGORITHM
from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Mints tokens that are signed with a secret, for the verifiers of an `issuer` and an `audience`, if those are
    named."""

    secret: str = field(repr=False)
    issuer: str | None = None
    audience: Sequence[str] = ()

    def mint(self, viewer: Viewer, *, now: datetime, valid_for: timedelta) -> str:
        """A token for `viewer` that expires `valid_for` after `now`, with an id of its own."""
        claims = {
            "sub": viewer.subject,
            "role": viewer.role.value,
            "courses": sorted(viewer.courses),
            "scopes": sorted(viewer.scopes),
            "iat": now,
            "exp": now + valid_for,
            "jti": uuid4().hex,
            **({} if self.issuer is None else {"iss": self.issuer}),
            **({"aud": list(self.audience)} if self.audience else {}),
        }
        return jwt.encode(claims, self.secret, algorithm=SHARED_ALGORITHM)
