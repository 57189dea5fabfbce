"""Profiles: who a learner is. Open documents, owned by MongoDB at first."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from stores.domain.paging import Page
from stores.domain.profiles import Profile, ProfileFilter
from stores.ports.pinger import Pinger


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
