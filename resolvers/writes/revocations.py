"""Revoking tokens."""

from contextlib import suppress
from dataclasses import dataclass

from resolvers import permissions
from resolvers.viewer import Viewer
from resolvers.writes.faults import Refusal, refuse, refuse_forbidden
from resolvers.writes.validation import Validation
from resolvers.writes.write_stores import WriteStores
from stores.domain.revocations import REVOKED_CHANNEL, Revocation, RevocationKind
from stores.errors import StoreError

LONGEST_KEY = 512
"""Characters of a subject or a token id, as in tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeTokens:
    """Revoke the tokens of a subject that were issued until now, or the one with this id (`jti`): one of the two."""

    subject: str | None = None
    jti: str | None = None


async def revoke_tokens(stores: WriteStores, viewer: Viewer, command: RevokeTokens) -> Revocation | Refusal:
    """Revoke tokens; for an ADMIN. Other processes are signalled; without the signal they read it within a second.
    Raises StoreError."""
    if not permissions.may_write(viewer, "revokeTokens"):
        return refuse_forbidden()
    if (command.subject is None) == (command.jti is None):
        return refuse("BAD_USER_INPUT", "must have one of subject and jti")
    validation = Validation()
    validation.name("subject", command.subject, longest=LONGEST_KEY)
    validation.name("jti", command.jti, longest=LONGEST_KEY)
    if refusal := validation.refusal:
        return refusal
    now = stores.now()
    revocation = Revocation(
        kind=RevocationKind.TOKEN if command.subject is None else RevocationKind.SUBJECT,
        key=command.subject or command.jti or "",
        revoked_at=now,
        until=now + stores.policy.keep_revocations,
    )
    await stores.call("revocations", "revoke", 1, stores.stores.revocations.revoke(revocation))
    with suppress(StoreError):
        await stores.call("live", "signal", 1, stores.stores.live.signal([REVOKED_CHANNEL]))
    return revocation
