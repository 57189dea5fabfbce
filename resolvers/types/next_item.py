"""NextItem: what a learner does next in a course."""

from typing import Annotated

import strawberry

from resolvers.types.course import CourseItem
from resolvers.viewer import Viewer
from stores.domain.prerequisites import NextReason
from stores.domain.progress import Enrollment

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


def item_key_args(
    viewer: Viewer,
    parent: Enrollment,
    *,
    key: Annotated[str, strawberry.argument(description="The item's key, compared exactly.")],
) -> str:
    """The arguments of `Enrollment.item`."""
    return key
