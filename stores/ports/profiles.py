"""The port of profiles: who a learner is. Open documents, in MongoDB by default."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from stores.domain.paging import Page
from stores.domain.profiles import Profile, ProfileFilter
from stores.ports.pinger import Pinger


class Profiles(Pinger, Protocol):
    """Learner profiles with optimistic versions."""

    async def by_ids(self, learner_ids: Sequence[str]) -> Mapping[str, Profile]:
        """The profiles of these learners; unknown learners are absent."""

    async def page(self, where: ProfileFilter, *, after: str | None, first: int) -> Page[Profile]:
        """The profiles that match, by `learner_id` in the order of code points. `Rejected`: malformed cursor."""

    async def add(self, profiles: Sequence[Profile]) -> int:
        """Store the profiles whose id is new, leave existing ones unchanged, and return how many were new. Any number
        at once. `Rejected`, with nothing stored, if an open document could not be returned exactly
        (`documents.fault_of`)."""

    async def replace(self, profile: Profile) -> bool:
        """Replace the version `profile.version - 1` by this profile in one atomic write. Returns False and changes
        nothing if another version is stored, or none. `Rejected` as in `add`."""
