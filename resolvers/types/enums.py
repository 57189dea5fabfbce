"""The domain's enums and the error codes, under their GraphQL names. Import them from here: that registers them."""

import strawberry

from resolvers.error_codes import ErrorCode
from stores.domain.calendar import Window
from stores.domain.catalog import ItemType, MoveOn
from stores.domain.enrollment_order import Direction, OrderField
from stores.domain.events import Verb
from stores.domain.progress import EnrollmentState, ProgressState, VerdictStatus
from stores.domain.sessions import PresenceStatus

strawberry.enum(ItemType, description="The kind of a course item.")
strawberry.enum(MoveOn, description="When an item is satisfied (cmi5 moveOn). NOT_APPLICABLE items are optional.")
strawberry.enum(Verb, description="The kind of an event. `verbIri` is the xAPI verb's own IRI.")
strawberry.enum(
    EnrollmentState,
    description="WITHDRAWN after an UNREGISTERED event, COMPLETED once the course is satisfied, otherwise ACTIVE.",
)
strawberry.enum(
    OrderField,
    name="EnrollmentOrderField",
    description="What enrolments are sorted by: `Enrollment.enrolledAt`, or `completion`, `lastActivityAt` or `score` "
    "of their progress.",
)
strawberry.enum(Direction, description="The direction of an order.")
strawberry.enum(ProgressState, description="The furthest state that a learner has reached in an item.")
strawberry.enum(
    VerdictStatus,
    name="InteractionStatus",
    description="DUPLICATE: the event was stored before; the write succeeded. REJECTED: the event was not stored; its "
    "error says why.",
)
strawberry.enum(
    PresenceStatus,
    description="ONLINE up to one minute after the last heartbeat, AWAY up to ten minutes, then OFFLINE.",
)
strawberry.enum(Window, description="A local hour, day or ISO week.")
for code in ErrorCode:  # `strawberry.enum` takes the descriptions and restores the values
    code._value_ = strawberry.enum_value(code.value, description=code.description)  # type: ignore[assignment]
strawberry.enum(ErrorCode, description="All error codes, those of `UserError.code` and those of `extensions.code`.")

__all__ = [
    "Direction",
    "EnrollmentState",
    "ErrorCode",
    "ItemType",
    "MoveOn",
    "OrderField",
    "PresenceStatus",
    "ProgressState",
    "Verb",
    "VerdictStatus",
    "Window",
]
