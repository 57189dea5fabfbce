"""Access paths that combine a registration's progress with the course version that it is pinned to."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from resolvers.data.access_paths import ENROLLMENTS, ITEM_ROWS, VERSIONS, NoArgs
from resolvers.data.dataloaders import DerivedPath, Loaders
from stores.domain.catalog import Course, Item, MoveOn
from stores.domain.item_progress import not_started
from stores.domain.paging import ITEMS as ITEM_CURSORS
from stores.domain.paging import Page, page_of
from stores.domain.progress import ItemProgress, ProgressState
from stores.domain.progress_projection import weighted_mean


class ItemsArgs(NamedTuple):
    """A page of a registration's items, only those in `states` (None: all). `after`: a cursor."""

    states: frozenset[ProgressState] | None
    after: str | None
    first: int


class ModuleRow(NamedTuple):
    """A registration's progress in one module, over its required items. `completion` is 0…1."""

    title: str
    completion: float
    items_done: int
    items_total: int
    satisfied: bool


async def _pinned_courses(loaders: Loaders, registrations: Sequence[UUID], _: NoArgs) -> Mapping[UUID, Course]:
    """Each registration's course, in the version that it is pinned to."""
    rows = await loaders.load_many(ENROLLMENTS, registrations, ())
    courses = await loaders.load_many(VERSIONS, list({row.pin: None for row in rows.values()}), ())
    return {key: courses[row.pin] for key, row in rows.items() if row.pin in courses}


async def _items(loaders: Loaders, keys: Sequence[tuple[UUID, str]], _: NoArgs) -> Mapping[tuple[UUID, str], Item]:
    courses = await loaders.load_many(PINNED_COURSES, list({registration: None for registration, _ in keys}), ())
    by_key = {registration: {item.key: item for item in course.items} for registration, course in courses.items()}
    found = {(registration, key): by_key.get(registration, {}).get(key) for registration, key in keys}
    return {key: item for key, item in found.items() if item is not None}


async def _item_progress(
    loaders: Loaders, keys: Sequence[tuple[UUID, str]], _: NoArgs
) -> Mapping[tuple[UUID, str], ItemProgress]:
    """The row of an item, not_started where nothing happened to it; absent where it is no item of the course."""
    registrations = list({registration: None for registration, _ in keys})
    items, kept = await asyncio.gather(
        loaders.load_many(ITEMS, keys, ()), loaders.load_many(ITEM_ROWS, registrations, ())
    )
    return {
        (key, item.key): kept.get(key, {}).get(item.key) or not_started(key, item) for (key, _), item in items.items()
    }


async def _item_pages(
    loaders: Loaders, registrations: Sequence[UUID], args: ItemsArgs
) -> Mapping[UUID, Page[ItemProgress]]:
    """Pages of all items in course order, those without events included. A cursor holds the position."""
    start = 0 if args.after is None else int(ITEM_CURSORS.decode(args.after)[0]) + 1
    courses, kept = await asyncio.gather(
        loaders.load_many(PINNED_COURSES, registrations, ()), loaders.load_many(ITEM_ROWS, registrations, ())
    )

    def page(registration: UUID, course: Course) -> Page[ItemProgress]:
        rows = kept.get(registration, {})
        positions = {item.key: position for position, item in enumerate(course.items)}
        following = (rows.get(item.key) or not_started(registration, item) for item in course.items[start:])
        wanted = [row for row in following if args.states is None or row.state in args.states]
        return page_of(wanted, lambda row: ITEM_CURSORS.encode(positions[row.item_key]), args.first)

    return {registration: page(registration, course) for registration, course in courses.items()}


async def _modules(loaders: Loaders, registrations: Sequence[UUID], _: NoArgs) -> Mapping[UUID, list[ModuleRow]]:
    courses, kept = await asyncio.gather(
        loaders.load_many(PINNED_COURSES, registrations, ()), loaders.load_many(ITEM_ROWS, registrations, ())
    )
    return {
        registration: [
            _module(module.title, module.items, registration, kept.get(registration, {})) for module in course.modules
        ]
        for registration, course in courses.items()
    }


def _module(title: str, items: Sequence[Item], registration: UUID, rows: Mapping[str, ItemProgress]) -> ModuleRow:
    required = [item for item in items if item.move_on is not MoveOn.NOT_APPLICABLE]
    its = [rows.get(item.key) or not_started(registration, item) for item in required]
    mean = weighted_mean([(item.weight, row.completion) for item, row in zip(required, its, strict=True)])
    done = sum(row.satisfied for row in its)
    return ModuleRow(title, 1.0 if mean is None else mean, done, len(its), done == len(its))


PINNED_COURSES: DerivedPath[UUID, NoArgs, Course] = DerivedPath(_pinned_courses)
ITEMS: DerivedPath[tuple[UUID, str], NoArgs, Item] = DerivedPath(_items)
ITEM_PROGRESS: DerivedPath[tuple[UUID, str], NoArgs, ItemProgress] = DerivedPath(_item_progress)
ITEM_PAGES: DerivedPath[UUID, ItemsArgs, Page[ItemProgress]] = DerivedPath(_item_pages)
MODULES: DerivedPath[UUID, NoArgs, list[ModuleRow]] = DerivedPath(_modules)
