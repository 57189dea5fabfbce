"""Access tokens: JWTs that the gateway mints and reads, signed with HS256 (RFC 7519, RFC 7515)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated

import jwt
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from resolvers.viewer import Role, Viewer

ALGORITHM = "HS256"
LEEWAY = timedelta(seconds=5)
"""Tolerated difference between the clocks of the minting and the reading process."""

CACHED_TOKENS = 2_000

Word = Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=r"^[^\x00]*$")]


class Unauthenticated(Exception):
    """The token is missing, invalid or expired. `given`: the request had one."""

    def __init__(self, message: str, *, given: bool) -> None:
        super().__init__(message)
        self.given = given

    @classmethod
    def missing(cls) -> "Unauthenticated":
        """The request has no token, and needs one."""
        return cls("a token is required: Authorization: Bearer …", given=False)


class Claims(BaseModel):
    """The payload of a token. `courses` are the course keys that an instructor teaches."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    sub: Word
    exp: float
    role: Annotated[str, StringConstraints(pattern=f"^({'|'.join(role.value for role in Role)})$")]
    courses: list[Word] = []
    scopes: list[Word] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Mints and reads tokens signed with one secret. Verified tokens are cached until they expire, because a client
    sends the same token with each request."""

    secret: str = field(repr=False)
    _verified: dict[str, Viewer] = field(default_factory=dict, repr=False, compare=False)

    def mint(self, viewer: Viewer, *, now: datetime, valid_for: timedelta) -> str:
        """A token for `viewer` that expires `valid_for` after `now`."""
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
        """The viewer that a token names. Raises `Unauthenticated` if it is malformed, forged, incomplete or expired."""
        viewer = self._verified.get(token)
        if viewer is None or viewer.expired(datetime.now(UTC)):
            viewer = self._read(token)
            if len(self._verified) >= CACHED_TOKENS:
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
        # A header or payload that is nested too deeply raises RecursionError, an overlong number ValueError.
        except (jwt.PyJWTError, ValidationError, ValueError, OverflowError, OSError, RecursionError):
            raise Unauthenticated("the token is not valid", given=True) from None
        return Viewer(
            subject=claims.sub,
            role=Role(claims.role),
            courses=frozenset(claims.courses),
            scopes=frozenset(claims.scopes),
            expires_at=expires_at,
        )
