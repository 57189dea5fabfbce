"""The order and the filter of a course's enrolments.

Each enrolment has a sort value for each field: a number, in which a moment is in ms since 1970. An enrolment without a
value comes last in both directions; ties are ordered by registration, in the direction of the order.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from stores.domain.paging import CursorFormat, to_ms
from stores.domain.progress import CourseProgress, Enrollment


class OrderField(Enum):
    """What enrolments are sorted by: `Enrollment.enrolled_at`, or a field of `CourseProgress`."""

    ENROLLED_AT = "ENROLLED_AT"
    COMPLETION = "COMPLETION"
    LAST_ACTIVITY = "LAST_ACTIVITY"
    SCORE = "SCORE"


class Direction(Enum):
    """ASC: the lowest or earliest value first. DESC: the highest or latest value first."""

    ASC = "ASC"
    DESC = "DESC"


@dataclass(frozen=True, slots=True)
class EnrollmentOrder:
    """An order of enrolments."""

    field: OrderField
    direction: Direction = Direction.ASC


Range = tuple[float, float]
"""The lowest sort value that is in the range, and the lowest one above it that is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentFilter:
    """Conditions on enrolments, which are combined with AND; None is no condition. `inactive_since`: the last activity
    is before this millisecond, or there was none. `learner_ids` are compared exactly."""

    completion_below: float | None = None
    completion_at_least: float | None = None
    inactive_since: datetime | None = None
    learner_ids: tuple[str, ...] | None = None

    @property
    def ranges(self) -> Mapping[OrderField, Range]:
        """The range of each sort value that has a condition."""
        found = {}
        if self.completion_below is not None or self.completion_at_least is not None:
            least = NO_VALUE if self.completion_at_least is None else self.completion_at_least
            below = math.inf if self.completion_below is None else self.completion_below
            found[OrderField.COMPLETION] = (least, below)
        if self.inactive_since is not None:
            found[OrderField.LAST_ACTIVITY] = (NO_VALUE, float(to_ms(self.inactive_since)))
        return found

    @property
    def allows_all(self) -> bool:
        """Whether there is no condition."""
        return self == EnrollmentFilter()

    def allows(self, enrollment: Enrollment, course: CourseProgress) -> bool:
        """Whether an enrolment with this progress satisfies all conditions."""
        if self.learner_ids is not None and enrollment.learner_id not in self.learner_ids:
            return False
        values = sort_values(enrollment, course)
        return all(least <= values[field] < below for field, (least, below) in self.ranges.items())


NO_VALUE = -math.inf
"""The sort value of an enrolment that has no value: below every other one."""


def facts(enrollment: Enrollment, course: CourseProgress) -> tuple[datetime | float | None, ...]:
    """What the enrolment is sorted by, in the order of `OrderField`."""
    return (enrollment.enrolled_at, course.completion, course.last_activity_at, course.score)


def sort_value(fact: datetime | float | None) -> float:
    """The sort value of one of the `facts`."""
    if fact is None:
        return NO_VALUE
    return float(to_ms(fact) if isinstance(fact, datetime) else fact)


def sort_values(enrollment: Enrollment, course: CourseProgress) -> Mapping[OrderField, float]:
    """The sort values of an enrolment with this progress."""
    return dict(zip(OrderField, map(sort_value, facts(enrollment, course)), strict=True))


def sort_key(order: EnrollmentOrder, value: float, registration: UUID) -> tuple[float, int]:
    """A key by which enrolments are sorted ascending, from the sort value of the order's field."""
    if order.direction is Direction.DESC:
        return (-value, -registration.int)
    return (math.inf if value == NO_VALUE else value, registration.int)


MOMENTS: Collection[OrderField] = (OrderField.ENROLLED_AT, OrderField.LAST_ACTIVITY)
ORDERS = tuple(EnrollmentOrder(field, direction) for field in OrderField for direction in Direction)
"""Every order."""
CURSORS: Mapping[EnrollmentOrder, CursorFormat] = {
    order: CursorFormat(
        "progress",
        f"enrollments-{order.field.value}-{order.direction.value}".lower(),
        (int | None if order.field in MOMENTS else float | None, UUID),
    )
    for order in ORDERS
}
"""A course's enrolments in each order: sort value or null, registration."""


def cursor_of(order: EnrollmentOrder, value: float, registration: UUID) -> str:
    """The cursor of an enrolment with this sort value."""
    known = None if value == NO_VALUE else int(value) if order.field in MOMENTS else value
    return CURSORS[order].encode(known, str(registration))


def place_of(order: EnrollmentOrder, cursor: str) -> tuple[float, UUID]:
    """The sort value and the registration of a cursor. `Rejected` if it is a cursor of another list or order."""
    value, registration = CURSORS[order].decode(cursor)
    return (float(value) if value else NO_VALUE, UUID(registration))
