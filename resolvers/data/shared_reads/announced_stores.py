"""Ports of profiles and courses that announce each write, so that no writer can forget it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from stores.domain.catalog import Course, CourseFilter, CourseVersion
from stores.domain.paging import Page
from stores.domain.profiles import Profile, ProfileFilter
from stores.errors import Conflict, Rejected
from stores.ports.catalog import Catalog
from stores.ports.profiles import Profiles
from stores.ports.stores import Stores

ANNOUNCED = frozenset({"profiles", "catalog"})
"""The stores whose writes are announced."""
Announce = Callable[[str, Collection[str]], Awaitable[None]]
"""Announces that these keys of a store may have changed. It must not raise, and not wait long."""


def announced(stores: Stores, announce: Announce) -> Stores:
    """The stores, whose writes of profiles and courses are announced before they return."""
    return replace(
        stores,
        profiles=AnnouncedProfiles(stores.profiles, announce),
        catalog=AnnouncedCatalog(stores.catalog, announce),
    )


@asynccontextmanager
async def announcing(announce: Announce, store: str, keys: Collection[str]) -> AsyncIterator[None]:
    """Announce a write when it ends, also one of unknown outcome, such as one that is cancelled."""
    try:
        yield
    except (Rejected, Conflict):
        raise  # nothing was written
    except BaseException:
        await announce(store, keys)
        raise
    await announce(store, keys)


class AnnouncedProfiles(Profiles):
    """Profiles whose writes are announced by learner id."""

    def __init__(self, profiles: Profiles, announce: Announce) -> None:
        self._profiles = profiles
        self._announce = announce

    async def ping(self) -> None:
        """As the port."""
        await self._profiles.ping()

    async def by_ids(self, learner_ids: Sequence[str]) -> Mapping[str, Profile]:
        """As the port."""
        return await self._profiles.by_ids(learner_ids)

    async def page(self, where: ProfileFilter, *, after: str | None, first: int) -> Page[Profile]:
        """As the port."""
        return await self._profiles.page(where, after=after, first=first)

    async def add(self, profiles: Sequence[Profile]) -> int:
        """As the port."""
        async with announcing(self._announce, "profiles", [each.learner_id for each in profiles]):
            return await self._profiles.add(profiles)

    async def replace(self, profile: Profile) -> bool:
        """As the port."""
        async with announcing(self._announce, "profiles", [profile.learner_id]):
            return await self._profiles.replace(profile)


class AnnouncedCatalog(Catalog):
    """A catalog whose publications are announced by course key."""

    def __init__(self, catalog: Catalog, announce: Announce) -> None:
        self._catalog = catalog
        self._announce = announce

    async def ping(self) -> None:
        """As the port."""
        await self._catalog.ping()

    async def latest(self, course_keys: Sequence[str]) -> Mapping[str, Course]:
        """As the port."""
        return await self._catalog.latest(course_keys)

    async def versions(self, pins: Sequence[CourseVersion]) -> Mapping[CourseVersion, Course]:
        """As the port."""
        return await self._catalog.versions(pins)

    async def page(self, where: CourseFilter, *, after: str | None, first: int) -> Page[Course]:
        """As the port."""
        return await self._catalog.page(where, after=after, first=first)

    async def publish(self, course: Course) -> Course:
        """As the port."""
        async with announcing(self._announce, "catalog", [course.key]):
            return await self._catalog.publish(course)
