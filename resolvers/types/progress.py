"""CourseProgress, ItemProgress, Attempt: views of what is derived from a registration's events."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from resolvers.data.access_paths import AttemptsArgs
from resolvers.data.course_version_paths import ITEMS, MODULES, ItemsArgs
from resolvers.data.item_order_paths import LOCKED
from resolvers.types.connection import After, First, PageRows, checked_first, connection
from resolvers.types.course import CourseItem
from resolvers.types.enums import ProgressState
from resolvers.types.node import Node
from resolvers.types.scalars import BigInt
from resolvers.types.store_field import store_field
from stores.domain import progress

ITEM = ("registration", "item_key")
PINNED_ITEM = "The item, in the version that the enrolment is pinned to."
SPENT = "Per session, the durations that report the whole session (cmi5) are not added to the other durations."


@strawberry.type(description="The progress of a registration in one module, over its required items.")
class ModuleProgress:
    """A view of `ModuleRow`."""

    title: str = strawberry.field(description="The module's title.")
    completion: float = strawberry.field(description="The weighted mean of the items' completion, 0…1.")
    items_done: int = strawberry.field(description="The number of satisfied items.")
    items_total: int = strawberry.field(description="The number of required items.")
    satisfied: bool = strawberry.field(description="Whether all required items are satisfied.")


@strawberry.type(description="The progress of a registration, over the required items of its course version.")
class CourseProgress(Node):
    """A view of `progress.CourseProgress`."""

    completion: float = strawberry.field(description="The weighted mean of the items' completion, 0…1.")
    items_done: int = strawberry.field(description="The number of satisfied items.")
    items_total: int = strawberry.field(description="The number of required items.")
    score: float | None = strawberry.field(
        description="The weighted mean of the items' best scores, without waived items, 0…1."
    )
    satisfied: bool = strawberry.field(description="Whether all required items are satisfied.")
    satisfied_at: datetime | None = strawberry.field(description="When the last required item was satisfied.")
    last_activity_at: datetime | None = strawberry.field(
        description="The time of the latest event other than REGISTERED, UNREGISTERED and VOIDED."
    )

    @strawberry.field(description=f"The time spent on the items, in seconds. {SPENT}")
    def time_spent_seconds(parent: strawberry.Parent[progress.CourseProgress]) -> float:
        return parent.time_spent_ms / 1000

    @strawberry.field(description="The version of the progress: each commit that changes it adds one.")
    def version(parent: strawberry.Parent[progress.CourseProgress]) -> BigInt:
        return BigInt(parent.version)

    modules = store_field(
        MODULES,
        key="registration",
        returns=list[ModuleProgress],
        size=20,
        description="The progress in each module, in order.",
    )

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        """Whether a `Node` is a CourseProgress."""
        return isinstance(value, progress.CourseProgress)


@strawberry.type(description="The progress of a registration in one item.")
class ItemProgress(Node):
    """A view of `progress.ItemProgress`."""

    item_key: str = strawberry.field(description="The key of the item.")
    state: ProgressState = strawberry.field(description="The furthest state reached.")
    completion: float = strawberry.field(
        description="1 if the item is waived, completed or satisfied, otherwise the highest reported progress."
    )
    satisfied: bool = strawberry.field(description="Whether the item is waived, or done as its moveOn requires.")
    satisfied_at: datetime | None = strawberry.field(description="When the item was first satisfied.")
    completed_at: datetime | None = strawberry.field(description="When the item was first completed.")
    passed_at: datetime | None = strawberry.field(description="The time of the earliest successful attempt.")
    attempts: int = strawberry.field(description="The number of attempts.")
    best_score: float | None = strawberry.field(description="The highest score of the attempts, 0…1.")
    latest_score: float | None = strawberry.field(description="The score of the latest attempt that has one, 0…1.")
    last_event_at: datetime | None = strawberry.field(description="The time of the latest event that counts.")

    @strawberry.field(description=f"The time spent on the item, in seconds. {SPENT}")
    def time_spent_seconds(parent: strawberry.Parent[progress.ItemProgress]) -> float:
        return parent.time_spent_ms / 1000

    item = store_field(ITEMS, key=ITEM, returns=CourseItem, description=PINNED_ITEM)
    locked = store_field(
        LOCKED,
        key=ITEM,
        returns=bool,
        description="Whether a prerequisite of the item is not satisfied. With `Course.enforcePrerequisites`, a "
        "learner's attempt at the item is refused until all are.",
    )

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        """Whether a `Node` is an ItemProgress."""
        return isinstance(value, progress.ItemProgress)


@strawberry.type(description="One attempt at an item.")
class Attempt:
    """A view of `progress.Attempt`."""

    number: int = strawberry.field(description="The attempts at an item are numbered from 1, by time.")
    event_id: UUID = strawberry.field(description="The id of the event that reported the attempt.")
    item_key: str = strawberry.field(description="The key of the item.")
    at: datetime = strawberry.field(description="When the attempt was made.")
    score: float | None = strawberry.field(description="The score, 0…1.")
    success: bool | None = strawberry.field(
        description="Whether it succeeded: as the event states, otherwise by the item's mastery score."
    )

    item = store_field(ITEMS, key=ITEM, returns=CourseItem, description=PINNED_ITEM)


def items_args(
    *,
    state: Annotated[
        list[ProgressState] | None, strawberry.argument(description="Only the items in these states.")
    ] = None,
    first: First = 50,
    after: After = None,
) -> ItemsArgs:
    """The arguments of `Enrollment.items`."""
    return ItemsArgs(None if state is None else frozenset(state), after, checked_first(first, default=50))


def attempts_args(
    *,
    item: Annotated[str | None, strawberry.argument(description="Only the attempts at the item with this key.")] = None,
    first: First = 50,
    after: After = None,
) -> AttemptsArgs:
    """The arguments of `Enrollment.attempts`."""
    return AttemptsArgs(item, after, checked_first(first, default=50))


def progress_page(parent: progress.Enrollment, found: Any, args: ItemsArgs | AttemptsArgs) -> PageRows:
    """The view of a page of items or attempts."""
    return connection(found, after=args.after)
