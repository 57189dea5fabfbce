"""Who is asking: HS256 tokens of our own, and what becomes of a request that has none."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated

import jwt
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from resolvers import permissions
from resolvers.viewer import Role, Viewer

ALGORITHM = "HS256"
LEEWAY = timedelta(seconds=5)
"""How far the clocks of who minted a token and of us may be apart."""

MOST_REMEMBERED = 2_000

Word = Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=r"^[^\x00]*$")]


class Unauthenticated(Exception):
    """There is no token, or it is not one of ours, or no longer. `given`: there was one."""

    def __init__(self, message: str, *, given: bool) -> None:
        super().__init__(message)
        self.given = given


class Claims(BaseModel):
    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    sub: Word
    exp: float
    role: Annotated[str, StringConstraints(pattern=f"^({'|'.join(role.value for role in Role)})$")]
    courses: list[Word] = []
    scopes: list[Word] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Mints and reads the tokens that one secret signs. What was verified is remembered until it expires: a client
    sends the same token with every request."""

    secret: str = field(repr=False)
    _verified: dict[str, Viewer] = field(default_factory=dict, repr=False, compare=False)

    def mint(self, viewer: Viewer, *, now: datetime, valid_for: timedelta) -> str:
        claims = {
            "sub": viewer.subject,
            "role": viewer.role.value,
            "courses": sorted(viewer.courses),
            "scopes": sorted(viewer.scopes),
            "iat": now,
            "exp": now + valid_for,
        }
        return jwt.encode(claims, self.secret, algorithm=ALGORITHM)

    def viewer_of(self, token: str) -> Viewer:
        """Whom a token speaks of; `Unauthenticated` when it is malformed, forged, incomplete or expired."""
        viewer = self._verified.get(token)
        if viewer is None or viewer.expired(datetime.now(UTC)):
            viewer = self._read(token)
            if len(self._verified) >= MOST_REMEMBERED:
                self._verified.clear()
            self._verified[token] = viewer
        return viewer

    def _read(self, token: str) -> Viewer:
        try:
            read = jwt.decode(
                token, self.secret, algorithms=[ALGORITHM], leeway=LEEWAY, options={"require": ["exp", "sub"]}
            )
            claims = Claims.model_validate(read)
            expires_at = datetime.fromtimestamp(claims.exp, UTC)
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("the token has expired", given=True) from None
        # A header or a payload nested too deep is a RecursionError, a number too long a ValueError.
        except (jwt.PyJWTError, ValidationError, ValueError, OverflowError, OSError, RecursionError):
            raise Unauthenticated("the token is not valid", given=True) from None
        return Viewer(
            subject=claims.sub,
            role=Role(claims.role),
            courses=frozenset(claims.courses),
            scopes=frozenset(claims.scopes),
            expires_at=expires_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who comes in as whom. `nobody`: the viewer of a request without a token; None: it is refused."""

    tokens: Tokens
    nobody: Viewer | None = None
    may_trace: Callable[[Viewer], bool] = permissions.may_trace

    def viewer(self, authorization: str | None) -> Viewer:
        """By the Authorization header alone: a cookie would let other sites ask in its owner's name."""
        if not authorization:
            if self.nobody is None:
                raise Unauthenticated("a token is needed: Authorization: Bearer …", given=False)
            return self.nobody
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated("the token must be a Bearer token", given=True)
        return self.tokens.viewer_of(token.strip())
