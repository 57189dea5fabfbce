"""Profiles: who a learner is. Open documents, owned by MongoDB at first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from stores.errors import Rejected
from stores.ports.documents import fault_of
from stores.ports.paging import Page, Pinger


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a learner agreed to, and when."""

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
    """What given parts have in common: all must hold. Name prefix and e-mail compare by `str.casefold`."""

    ids: tuple[str, ...] | None = None
    name_starts_with: str | None = None
    email: str | None = None


def keepable(profile: Profile) -> None:
    """`Rejected` when it holds an open document that could not be given back exactly."""
    if fault := fault_of(profile.preferences) or fault_of(profile.attributes):
        raise Rejected("profiles", f"{profile.learner_id}: {fault}")


class Profiles(Pinger, Protocol):
    async def by_ids(self, learner_ids: Sequence[str]) -> Mapping[str, Profile]:
        """The profiles of these learners; unknown ones are absent. At most 100 ids a call are asked for."""

    async def page(self, where: ProfileFilter, *, after: str | None, first: int) -> Page[Profile]:
        """A page in the order of `learner_id` (by code point); `Rejected` for a malformed cursor."""

    async def add(self, profiles: Sequence[Profile]) -> int:
        """Keep those whose id is new and leave the others as they are; say how many were new. Any number at once.
        `Rejected`, with nothing kept: an open document that could not be given back exactly (`documents.fault_of`)."""

    async def replace(self, profile: Profile) -> bool:
        """Keep this profile in place of its version before (`profile.version - 1`), in one atomic document write.
        False, with nothing changed, when another version is kept, or none. `Rejected` as in `add`."""
