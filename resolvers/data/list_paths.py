"""Access paths of the lists of all learners and of all courses."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from resolvers.data.access_paths import LATEST, PROFILES
from resolvers.data.dataloaders import Loaders, StorePath
from resolvers.data.shared_reads.sharing import Retention, first_pages
from stores.domain.catalog import Course, CourseFilter
from stores.domain.paging import Page
from stores.domain.profiles import Profile, ProfileFilter
from stores.ports.stores import Stores


class PageArgs(NamedTuple):
    """A page of `first` rows after a cursor (None: from the start)."""

    after: str | None
    first: int


async def _profile_page(
    stores: Stores, filters: Sequence[ProfileFilter], args: PageArgs
) -> Mapping[ProfileFilter, Page[Profile]]:
    return {where: await stores.profiles.page(where, after=args.after, first=args.first) for where in filters}


def _prime_profiles(loaders: Loaders, pages: Mapping[ProfileFilter, Page[Profile]]) -> None:
    """The fields of a learner look the profile up: the page has it already."""
    for page in pages.values():
        for row in page.rows:
            loaders.prime(PROFILES, row.learner_id, (), row)


PROFILE_PAGE: StorePath[ProfileFilter, PageArgs, Page[Profile]] = StorePath(
    "profiles",
    "page",
    _profile_page,
    batch_size=1,
    prime=_prime_profiles,
    last_good=Retention(first_pages, lists=True),
)


async def _course_page(
    stores: Stores, filters: Sequence[CourseFilter], args: PageArgs
) -> Mapping[CourseFilter, Page[Course]]:
    return {where: await stores.catalog.page(where, after=args.after, first=args.first) for where in filters}


def _prime_courses(loaders: Loaders, pages: Mapping[CourseFilter, Page[Course]]) -> None:
    """The fields of a course look its newest version up: the page has it already."""
    for page in pages.values():
        for row in page.rows:
            loaders.prime(LATEST, row.key, (), row)


COURSE_PAGE: StorePath[CourseFilter, PageArgs, Page[Course]] = StorePath(
    "catalog",
    "page",
    _course_page,
    batch_size=1,
    prime=_prime_courses,
    last_good=Retention(first_pages, lists=True),
)
