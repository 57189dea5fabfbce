"""Courses and their summaries in plain Strawberry."""

from enum import Enum

import strawberry
from strawberry.types import Info

from tests.bench.hand.summary import completions_of, numbers_of


@strawberry.enum
class Window(Enum):
    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"


@strawberry.input
class TimeRange:
    start: str = strawberry.field(name="from")
    end: str = strawberry.field(name="to")


@strawberry.type
class ItemSummary:
    item_key: str
    started: int
    satisfied: int
    average_score: float | None
    stopped_here: int


@strawberry.type
class CompletionBucket:
    start: str
    completed: int


@strawberry.type
class CourseSummary:
    course_key: strawberry.Private[str]
    enrolled: int
    average_completion: float | None
    average_score: float | None
    distribution: list[int]
    items: list[ItemSummary]

    @strawberry.field
    async def completions(self, info: Info, range: TimeRange, window: Window) -> list[CompletionBucket]:
        drivers = info.context["loaders"].drivers
        windows = await completions_of(drivers, self.course_key, **{"from": range.start, "to": range.end})
        return [CompletionBucket(**each) for each in windows]


@strawberry.type
class Course:
    key: strawberry.Private[str]
    title: str | None = None

    @strawberry.field
    async def summary(self, info: Info) -> CourseSummary | None:
        found = await numbers_of(info.context["loaders"].drivers, self.key)
        if found is None:
            return None
        items = [
            ItemSummary(
                item_key=each["itemKey"],
                started=each["started"],
                satisfied=each["satisfied"],
                average_score=each["averageScore"],
                stopped_here=each["stoppedHere"],
            )
            for each in found["items"]
        ]
        return CourseSummary(
            course_key=self.key,
            enrolled=found["enrolled"],
            average_completion=found["averageCompletion"],
            average_score=found["averageScore"],
            distribution=found["distribution"],
            items=items,
        )
