"""Publishing a course: the input, its rules, the one document write."""

from collections.abc import Iterator
from datetime import timedelta

import strawberry

from resolvers import permissions
from resolvers.context import Context
from resolvers.errors import forbidden
from resolvers.mutations.inputs import Faults
from resolvers.mutations.payloads import WriteResult
from resolvers.types.enums import ItemType, MoveOn
from resolvers.value_rules import LONGEST_KEY, LONGEST_PROSE
from stores.domain.catalog import Course, Item, Module

MOST_ITEMS = 2_000


@strawberry.input(description="Something a learner does. Scores and thresholds are 0…1.")
class ItemInput:
    key: str = strawberry.field(description="Unique in its course.")
    type: ItemType = strawberry.field(description="What kind of thing it is.")
    title: str = strawberry.field(description="What learners read.")
    weight: float = strawberry.field(default=1, description="Its share among the required items; 1,000,000 at most.")
    move_on: MoveOn = strawberry.field(description="When it counts as done.")
    mastery_score: float | None = strawberry.field(default=None, description="A score from here on passes.")
    completion_threshold: float | None = strawberry.field(default=None, description="Progress from here on completes.")
    complete_on_view: bool | None = strawberry.field(default=None, description="Looking at it completes it.")
    estimated_duration_seconds: float | None = strawberry.field(
        default=None, description="How long it takes; 366 days at most."
    )
    prerequisites: list[str] | None = strawberry.field(default=None, description="Keys of the items that come first.")


@strawberry.input(description="A part of a course.")
class ModuleInput:
    title: str = strawberry.field(description="What learners read.")
    items: list[ItemInput] = strawberry.field(description="Its items in order.")


@strawberry.input(description="A course. The same key again makes a new version.")
class CreateCourseInput:
    key: str = strawberry.field(description="`course-v1:Org+Course+Run` or any IRI.")
    title: str = strawberry.field(description="What learners read.")
    description: str | None = strawberry.field(default=None, description="What it is about.")
    modules: list[ModuleInput] = strawberry.field(description="Its parts in order.")


async def create_course(context: Context, given: CreateCourseInput) -> WriteResult:
    if not permissions.is_admin(context.viewer):
        raise forbidden()
    faults = Faults("input")
    check(given, faults)
    if faults.found:
        return WriteResult(None, faults.found)
    draft = Course(
        key=given.key,
        version=1,
        title=given.title,
        description=given.description,
        modules=tuple(Module(title=one.title, items=tuple(map(item_of, one.items))) for one in given.modules),
        published_at=context.peer.now(),
    )
    return WriteResult(
        await context.loaders.call("catalog", "publish", 1, context.peer.stores.catalog.publish(draft)), []
    )


def item_of(given: ItemInput) -> Item:
    seconds = given.estimated_duration_seconds
    return Item(
        key=given.key,
        type=given.type,
        title=given.title,
        weight=given.weight,
        move_on=given.move_on,
        mastery_score=given.mastery_score,
        completion_threshold=1.0 if given.completion_threshold is None else given.completion_threshold,
        complete_on_view=bool(given.complete_on_view),
        estimated_duration=None if seconds is None else timedelta(milliseconds=round(seconds * 1000)),
        prerequisites=tuple(given.prerequisites or ()),
    )


def check(given: CreateCourseInput, faults: Faults) -> None:
    faults.text("key", given.key, longest=LONGEST_KEY)
    faults.text("title", given.title)
    faults.text("description", given.description, longest=LONGEST_PROSE, empty=True)
    if sum(len(module.items) for module in given.modules) > MOST_ITEMS:
        faults.add(f"has more than {MOST_ITEMS:,} items", "modules")
        return
    placed = list(items_in(given, faults))
    keys = [item.key for item, _ in placed]
    known, seen = set(keys), set[str]()
    for item, its in placed:
        check_item(item, its)
        if item.key in seen:
            its.add("is the key of an item before", "key")
        seen.add(item.key)
        for place, key in enumerate(item.prerequisites or ()):
            if key not in known or key == item.key:
                its.add("is not the key of another item", "prerequisites", place)


def items_in(given: CreateCourseInput, faults: Faults) -> Iterator[tuple[ItemInput, Faults]]:
    """Every item with where its faults go."""
    for number, module in enumerate(given.modules):
        its = faults.at("modules", number)
        its.text("title", module.title)
        for place, item in enumerate(module.items):
            yield item, its.at("items", place)


def check_item(item: ItemInput, faults: Faults) -> None:
    faults.text("key", item.key, longest=LONGEST_KEY)
    faults.text("title", item.title)
    faults.weight("weight", item.weight)
    faults.share("masteryScore", item.mastery_score)
    faults.share("completionThreshold", item.completion_threshold)
    faults.duration("estimatedDurationSeconds", item.estimated_duration_seconds)
