"""Profiles in a dict: the reference implementation of the port."""

from collections.abc import Mapping, Sequence

from stores.domain.names import name_matches, words_of
from stores.domain.paging import LEARNERS, Page, page_of
from stores.domain.profiles import Profile, ProfileFilter, check_profile
from stores.ports.profiles import Profiles


class MemoryProfiles(Profiles):
    """The profiles of one process."""

    def __init__(self) -> None:
        self._profiles: dict[str, Profile] = {}

    async def ping(self) -> None:
        return None

    async def by_ids(self, learner_ids: Sequence[str]) -> Mapping[str, Profile]:
        return {key: self._profiles[key] for key in learner_ids if key in self._profiles}

    async def page(self, where: ProfileFilter, *, after: str | None, first: int) -> Page[Profile]:
        past = None if after is None else LEARNERS.decode(after)[0]
        known = self._profiles.keys() if where.ids is None else self._profiles.keys() & set(where.ids)
        keys = sorted(key for key in known if past is None or key > past)
        searched = words_of(where.name_starts_with or "")
        rows = [row for row in map(self._profiles.__getitem__, keys) if _matches(row, where, searched)][: first + 1]
        return page_of(rows, lambda row: LEARNERS.encode(row.learner_id), first)

    async def add(self, profiles: Sequence[Profile]) -> int:
        for profile in profiles:
            check_profile(profile)
        before = len(self._profiles)
        for profile in profiles:
            self._profiles.setdefault(profile.learner_id, profile)
        return len(self._profiles) - before

    async def replace(self, profile: Profile) -> bool:
        check_profile(profile)
        kept = self._profiles.get(profile.learner_id)
        if kept is None or kept.version != profile.version - 1:
            return False
        self._profiles[profile.learner_id] = profile
        return True


def _matches(profile: Profile, where: ProfileFilter, searched: Sequence[str]) -> bool:
    return name_matches(profile.display_name, searched) and (
        where.email is None or (profile.email is not None and profile.email.casefold() == where.email.casefold())
    )
