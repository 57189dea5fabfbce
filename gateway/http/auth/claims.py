"""What the claims of a token mean: the settings say where they are and how roles are called."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gateway.config.json_pointer import JsonPointer
from gateway.http.auth.refusals import RefusalReason, TokenRefused
from resolvers.viewer import Role, TokenFacts, Viewer
from stores.domain.paging import CLEAN_TEXT

LONGEST_WORD = 512
OWN_ROLES: Mapping[str, Role] = {role.value: role for role in (Role.ADMIN, Role.SERVICE, Role.INSTRUCTOR, Role.LEARNER)}
"""The roles under their own names, the one with the most rights first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMapping:
    """Where a token says who its bearer is.

    `roles`: the issuer's name of a role → ours. Of several that a token has, the first of the mapping counts. A token
    with none of them has `default_role`, and is refused if that is None. `required`: texts that a token must have, to
    tell access tokens from others of the same issuer (RFC 8725, 3.12).
    """

    subject: JsonPointer = field(default_factory=lambda: JsonPointer.parse("/sub"))
    role: JsonPointer = field(default_factory=lambda: JsonPointer.parse("/role"))
    courses: JsonPointer = field(default_factory=lambda: JsonPointer.parse("/courses"))
    scopes: JsonPointer = field(default_factory=lambda: JsonPointer.parse("/scopes"))
    roles: Mapping[str, Role] = field(default_factory=lambda: OWN_ROLES)
    default_role: Role | None = None
    required: Mapping[JsonPointer, str] = field(default_factory=dict)

    def viewer_of(self, claims: Mapping[str, Any]) -> Viewer:
        """The viewer that verified claims describe. Raises `TokenRefused`, also for malformed claims."""
        if any(pointer.find(claims) != text for pointer, text in self.required.items()):
            raise TokenRefused(RefusalReason.REQUIRED_CLAIM)
        expires_at = time_of(claims, "exp")
        if expires_at is None:
            raise TokenRefused(RefusalReason.EXP_MISSING)
        return Viewer(
            subject=_subject(self.subject.find(claims)),
            role=self._role(self.role.find(claims)),
            courses=_words(self.courses.find(claims), "courses"),
            scopes=_words(self.scopes.find(claims), "scopes"),
            expires_at=expires_at,
            token=TokenFacts(id=_token_id(claims), issued_at=time_of(claims, "iat")),
        )

    def _role(self, value: object) -> Role:
        given = _words(value, "role")
        for name, role in self.roles.items():
            if name in given:
                return role
        if self.default_role is None:
            raise TokenRefused(RefusalReason.ROLE_UNKNOWN)
        return self.default_role


def time_of(claims: Mapping[str, Any], name: str) -> datetime | None:
    """A claim in seconds since 1970 (RFC 7519, NumericDate) as a time; None if it is missing. Raises `TokenRefused`."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TokenRefused(RefusalReason(f"{name} is malformed"))
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise TokenRefused(RefusalReason(f"{name} is malformed")) from None


def _subject(value: object) -> str:
    # Some platforms put the number of a user into their tokens.
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not _is_word(text):
        raise TokenRefused(RefusalReason.SUBJECT)
    return str(text)


def _token_id(claims: Mapping[str, Any]) -> str | None:
    value = claims.get("jti")
    if value is not None and not _is_word(value):
        raise TokenRefused(RefusalReason.JTI)
    return value


def _words(value: object, claim: str) -> frozenset[str]:
    """A list of words, or words separated by spaces (RFC 8693, 4.2)."""
    words = value.split() if isinstance(value, str) else [] if value is None else value
    if not isinstance(words, list) or not all(map(_is_word, words)):
        raise TokenRefused(RefusalReason(f"{claim} is malformed"))
    return frozenset(words)


def _is_word(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= LONGEST_WORD and CLEAN_TEXT.fullmatch(value) is not None
