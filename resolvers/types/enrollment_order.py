"""The arguments by which a course's enrolments are filtered and sorted."""

from datetime import datetime
from typing import Annotated

import strawberry

from resolvers.errors import bad_input
from resolvers.types.connection import MOST
from resolvers.types.enums import Direction, OrderField
from stores.domain import enrollment_order


@strawberry.input(description="A filter on a course's enrolments. All given parts must hold.")
class EnrollmentFilter:
    """The GraphQL input of a filter; `where` is its checked form."""

    completion_below: float | None = strawberry.field(
        default=None, description="Only enrolments whose completion is less than this, 0…1."
    )
    completion_at_least: float | None = strawberry.field(
        default=None, description="Only enrolments whose completion is this or more, 0…1."
    )
    inactive_since: datetime | None = strawberry.field(
        default=None, description="Only enrolments whose last activity is before this moment, or that had none."
    )
    learner_ids: list[str] | None = strawberry.field(
        default=None,
        description=f"Only the enrolments of these learners, by `learnerId`, compared exactly; {MOST} at most.",
    )

    def where(self) -> enrollment_order.EnrollmentFilter:
        """The filter of the store. BAD_USER_INPUT for a completion that is not 0…1, or too many learners."""
        for name, bound in (
            ("completionBelow", self.completion_below),
            ("completionAtLeast", self.completion_at_least),
        ):
            if bound is not None and not 0 <= bound <= 1:
                raise bad_input(f"{name} must be between 0 and 1")
        if self.learner_ids is not None and len(self.learner_ids) > MOST:
            raise bad_input(f"at most {MOST} learnerIds")
        return enrollment_order.EnrollmentFilter(
            completion_below=self.completion_below,
            completion_at_least=self.completion_at_least,
            inactive_since=self.inactive_since,
            learner_ids=None if self.learner_ids is None else tuple(self.learner_ids),
        )


@strawberry.input(
    description="The order of a course's enrolments. Enrolments without a value come last in both directions."
)
class EnrollmentOrder:
    """The GraphQL input of an order."""

    field: OrderField = strawberry.field(description="What they are sorted by.")
    direction: Direction = strawberry.field(
        default=Direction.ASC, description="ASC: the lowest or earliest first. DESC: the highest or latest first."
    )

    def order(self) -> enrollment_order.EnrollmentOrder:
        """The order of the store."""
        return enrollment_order.EnrollmentOrder(self.field, self.direction)


Filter = Annotated[EnrollmentFilter | None, strawberry.argument(description="Only the enrolments that satisfy this.")]
OrderBy = Annotated[
    EnrollmentOrder | None,
    strawberry.argument(description="The order; by registration if absent. A cursor is valid in its own order only."),
]
