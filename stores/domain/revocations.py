"""Revocations of tokens: before they expire, all tokens of a subject, or one by its id."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

REVOKED_CHANNEL = "revocations"
"""The signal (`Live.signal`) that there is a new revocation."""
RECENT = timedelta(minutes=1)
"""How far back `Revocations.recent` reads: longer than a process goes without a read, and than a write takes."""


class RevocationKind(Enum):
    """What `key` names: a subject, or the id of one token (`jti`)."""

    SUBJECT = "subject"
    TOKEN = "jti"  # noqa: S105


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """One revocation. That of a SUBJECT is of the tokens that were issued until `revoked_at`. It is kept until `until`,
    when all of them have expired."""

    kind: RevocationKind
    key: str
    revoked_at: datetime
    until: datetime
