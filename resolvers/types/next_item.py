"""NextItem: what a learner does next in a course."""

import strawberry

from resolvers.types.course import CourseItem
from stores.domain.prerequisites import NextReason

strawberry.enum(
    NextReason,
    description="RESUME: the learner has begun the item. RETRY: an attempt failed, and none passed. NEXT_IN_ORDER: "
    "the item is the first in course order that the learner has not begun.",
)


@strawberry.type(description="What a learner does next in a course.")
class NextItem:
    """A view of `prerequisites.NextItem`."""

    item: CourseItem = strawberry.field(
        description="The first item in course order that is required, unsatisfied, and not locked by a prerequisite."
    )
    reason: NextReason = strawberry.field(description="Why it is this one.")
