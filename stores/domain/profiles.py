"""Records of learner profiles."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from stores.domain.documents import fault_of
from stores.errors import Rejected

MAX_LOCALE_LENGTH = 100
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # the shape of RFC 5646, not its registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A learner's consent to a purpose, or its refusal, and when it was given."""

    purpose: str
    granted: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A learner. `locale` is BCP 47, `time_zone` an IANA name; `version` counts the writes from 1. Times: whole ms."""

    learner_id: str
    display_name: str
    email: str | None = None
    locale: str
    time_zone: str
    avatar_url: str | None = None
    goals: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    preferences: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    consents: tuple[Consent, ...] = ()
    version: int = 1
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFilter:
    """A filter whose given parts must all hold.

    `name_starts_with`: each word of this text is the beginning of a word of the name (`names.words_of`); a text without
    a word excludes no learner. E-mails are compared by `str.casefold`.
    """

    ids: tuple[str, ...] | None = None
    name_starts_with: str | None = None
    email: str | None = None


def is_language_tag(text: str) -> bool:
    """Whether the text has the shape of a language tag (BCP 47) and a length that is not absurd."""
    return len(text) <= MAX_LOCALE_LENGTH and LANGUAGE_TAG.fullmatch(text) is not None


def check_profile(profile: Profile) -> None:
    """`Rejected` if a store could not keep one of its open documents and give it back exactly."""
    if fault := fault_of(profile.preferences) or fault_of(profile.attributes):
        raise Rejected("profiles", f"{profile.learner_id}: {fault}")
