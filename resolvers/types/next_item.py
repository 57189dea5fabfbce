"""NextItem: what a learner does next in a course."""

import strawberry

from resolvers.types.course import CourseItem
from resolvers.types.described_enum import describe_enum
from stores.domain.prerequisites import NextReason

describe_enum(
    NextReason,
    "Why an item is the next one.",
    {
        "RESUME": "The learner has begun the item.",
        "NEXT_IN_ORDER": "The learner has not begun the item.",
        "RETRY": "An attempt at the item failed, and no attempt succeeded.",
    },
)


@strawberry.type(description="What a learner does next in a course.")
class NextItem:
    """A view of `prerequisites.NextItem`."""

    item: CourseItem = strawberry.field(
        description="The first item in course order that is required, unsatisfied, and not locked by a prerequisite."
    )
    reason: NextReason = strawberry.field(description="Why it is this one.")
