"""CourseProgress, ItemProgress, Attempt, Certificate: views of what follows from the ledger."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from resolvers.data.access_paths import AttemptsArgs
from resolvers.data.course_version_paths import ITEMS, MODULES, ItemsArgs
from resolvers.types.connection import PageRows, checked_first, connection
from resolvers.types.course import CourseItem
from resolvers.types.enums import ProgressState
from resolvers.types.scalars import BigInt
from resolvers.types.store_field import store_field
from resolvers.viewer import Viewer
from stores.domain import progress

ITEM = ("registration", "item_key")


@strawberry.type(description="A module's share of a registration's progress, over its required items.")
class ModuleProgress:
    title: str = strawberry.field(description="The module's title.")
    completion: float = strawberry.field(description="Weighted mean of its items' completion, 0…1.")
    items_done: int = strawberry.field(description="Satisfied items.")
    items_total: int = strawberry.field(description="Required items.")
    satisfied: bool = strawberry.field(description="All required items are satisfied.")


@strawberry.type(description="A registration's progress, over the required items of its course version.")
class CourseProgress:
    completion: float = strawberry.field(description="Weighted mean of the items' completion, 0…1.")
    items_done: int = strawberry.field(description="Satisfied items.")
    items_total: int = strawberry.field(description="Required items.")
    score: float | None = strawberry.field(description="Weighted mean of best scores, waived items left out, 0…1.")
    satisfied: bool = strawberry.field(description="All required items are satisfied.")
    satisfied_at: datetime | None = strawberry.field(description="When the last of them was.")
    last_activity_at: datetime | None = strawberry.field(description="The latest event but (un)registration and voids.")

    @strawberry.field(description="Sum of the durations of what was done to the items.")
    def time_spent_seconds(parent: strawberry.Parent[progress.CourseProgress]) -> float:
        return parent.time_spent_ms / 1000

    @strawberry.field(description="Grows by one with every commit that changed anything of the progress.")
    def version(parent: strawberry.Parent[progress.CourseProgress]) -> BigInt:
        return BigInt(parent.version)

    modules = store_field(
        MODULES, key="registration", returns=list[ModuleProgress], description="The same, module by module."
    )


@strawberry.type(description="A registration's progress in one item.")
class ItemProgress:
    item_key: str = strawberry.field(description="The item.")
    state: ProgressState = strawberry.field(description="The best news there is.")
    completion: float = strawberry.field(description="1 once waived, completed or satisfied, else what was reported.")
    satisfied: bool = strawberry.field(description="Waived, or done by the item's moveOn.")
    satisfied_at: datetime | None = strawberry.field(description="When that was first so.")
    completed_at: datetime | None = strawberry.field(description="When it was first completed.")
    passed_at: datetime | None = strawberry.field(description="The earliest successful attempt.")
    attempts: int = strawberry.field(description="How many attempts.")
    best_score: float | None = strawberry.field(description="The attempts' highest score, 0…1.")
    latest_score: float | None = strawberry.field(description="The score of the latest attempt that has one, 0…1.")
    last_event_at: datetime | None = strawberry.field(description="The latest event that counts.")

    @strawberry.field(description="Sum of the durations of what was done to it.")
    def time_spent_seconds(parent: strawberry.Parent[progress.ItemProgress]) -> float:
        return parent.time_spent_ms / 1000

    item = store_field(ITEMS, key=ITEM, returns=CourseItem, description="The item, in the enrolment's version.")


@strawberry.type(description="An attempt at an item, numbered from 1 within it.")
class Attempt:
    number: int = strawberry.field(description="By time, from 1 within the item.")
    event_id: UUID = strawberry.field(description="The event that it is.")
    item_key: str = strawberry.field(description="The item.")
    at: datetime = strawberry.field(description="When.")
    score: float | None = strawberry.field(description="0…1.")
    success: bool | None = strawberry.field(description="Its outcome: said outright or by the mastery score.")

    item = store_field(ITEMS, key=ITEM, returns=CourseItem, description="The item, in the enrolment's version.")


@strawberry.type(description="Issued once, by itself, when the course is satisfied.")
class Certificate:
    registration: UUID = strawberry.field(description="The enrolment.")
    issued_at: datetime = strawberry.field(description="When it was earned.")
    revoked_at: datetime | None = strawberry.field(description="When an ADMIN took it back.")
    verify_code: str = strawberry.field(description="What a third party checks it by.")


def items_args(
    viewer: Viewer,
    parent: progress.Enrollment,
    *,
    state: Annotated[list[ProgressState] | None, strawberry.argument(description="Only those in these states.")] = None,
    first: int | None = 50,
    after: str | None = None,
) -> ItemsArgs:
    return ItemsArgs(None if state is None else frozenset(state), after, checked_first(first, default=50))


def attempts_args(
    viewer: Viewer,
    parent: progress.Enrollment,
    *,
    item: Annotated[str | None, strawberry.argument(description="Only this item's (its key).")] = None,
    first: int | None = 50,
    after: str | None = None,
) -> AttemptsArgs:
    return AttemptsArgs(item, after, checked_first(first, default=50))


def page(parent: progress.Enrollment, found: Any, args: ItemsArgs | AttemptsArgs) -> PageRows | None:
    return connection(found, after=args.after)
