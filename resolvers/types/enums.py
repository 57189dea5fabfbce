"""The domain's enums and the error codes, under their GraphQL names. Import them from here: that registers them."""

from resolvers.error_codes import ErrorCode
from resolvers.types.described_enum import describe_enum
from stores.domain.calendar import Window
from stores.domain.catalog import ItemType, MoveOn
from stores.domain.enrollment_order import Direction, OrderField
from stores.domain.events import Verb
from stores.domain.progress import EnrollmentState, ProgressState, VerdictStatus
from stores.domain.sessions import PresenceStatus

describe_enum(
    ItemType,
    "The kind of a course item. No rule depends on it.",
    {
        "PAGE": "Text to read.",
        "VIDEO": "A video.",
        "QUIZ": "Questions with a score.",
        "ASSIGNMENT": "Work that is handed in.",
        "DISCUSSION": "A forum or a chat.",
        "TOOL": "An external tool.",
    },
)
describe_enum(
    MoveOn,
    "When an item is satisfied (cmi5 moveOn). All items but NOT_APPLICABLE ones are required.",
    {
        "PASSED": "When an attempt succeeded.",
        "COMPLETED": "When it is completed.",
        "COMPLETED_AND_PASSED": "When it is completed and an attempt succeeded.",
        "COMPLETED_OR_PASSED": "When it is completed or an attempt succeeded.",
        "NOT_APPLICABLE": "Always: the item is optional.",
    },
)
describe_enum(
    Verb,
    "The kind of an event. `verbIri` is the xAPI verb's own IRI.",
    {
        "REGISTERED": "The learner enrolled in the course.",
        "UNREGISTERED": "The learner withdrew from the course.",
        "LAUNCHED": "The platform opened the item for the learner.",
        "INITIALIZED": "The item was loaded (cmi5).",
        "EXPERIENCED": "The learner experienced the item; counts as VIEWED.",
        "VIEWED": "The learner viewed the item.",
        "PLAYED": "The learner played the video.",
        "PAUSED": "The learner paused the video.",
        "SEEKED": "The learner moved to another position in the video.",
        "INTERACTED": "The learner used the item.",
        "ANSWERED": "The learner answered a question; an attempt.",
        "ATTEMPTED": "The learner made an attempt.",
        "PROGRESSED": "The learner did a share of the item (`progress`).",
        "COMPLETED": "The learner completed the item.",
        "PASSED": "The learner passed the item; an attempt that succeeded.",
        "FAILED": "The learner failed the item; an attempt that did not succeed.",
        "WAIVED": "The item is satisfied without the learner's work.",
        "ABANDONED": "The item ended unexpectedly (cmi5).",
        "TERMINATED": "The learner left the item (cmi5).",
        "POSTED": "The learner wrote a post.",
        "COMMENTED": "The learner wrote a comment.",
        "RATED": "The learner rated something.",
        "VOIDED": "An earlier event, named by `voids`, is taken back.",
        "OTHER": "Anything else: see `verbIri`.",
    },
)
describe_enum(
    EnrollmentState,
    "The state of an enrolment.",
    {
        "ACTIVE": "The learner is enrolled and has not satisfied the course.",
        "COMPLETED": "The course is satisfied.",
        "WITHDRAWN": "The learner withdrew (UNREGISTERED).",
    },
)
describe_enum(
    OrderField,
    "What enrolments are sorted by.",
    {
        "ENROLLED_AT": "`Enrollment.enrolledAt`.",
        "COMPLETION": "`CourseProgress.completion`.",
        "LAST_ACTIVITY": "`CourseProgress.lastActivityAt`.",
        "SCORE": "`CourseProgress.score`.",
    },
    name="EnrollmentOrderField",
)
describe_enum(
    Direction,
    "The direction of an order.",
    {"ASC": "The lowest or earliest first.", "DESC": "The highest or latest first."},
)
describe_enum(
    ProgressState,
    "The furthest state that a learner has reached in an item. The values are in ascending order.",
    {
        "NOT_STARTED": "The item has no events that count.",
        "VIEWED": "The learner viewed it.",
        "IN_PROGRESS": "The learner began it.",
        "FAILED": "An attempt failed.",
        "COMPLETED": "It is completed.",
        "PASSED": "An attempt succeeded.",
        "WAIVED": "It is waived: satisfied without the learner's work.",
    },
)
describe_enum(
    VerdictStatus,
    "Whether an event was recorded.",
    {
        "ACCEPTED": "The event was recorded.",
        "DUPLICATE": "The event was recorded before. The write succeeded.",
        "REJECTED": "The event was not recorded; its error says why.",
    },
    name="InteractionStatus",
)
describe_enum(
    PresenceStatus,
    "Whether a learner is online.",
    {
        "ONLINE": "The last heartbeat is at most one minute old.",
        "AWAY": "The last heartbeat is at most ten minutes old.",
        "OFFLINE": "The last heartbeat is older, or there is none.",
    },
)
describe_enum(
    Window,
    "A unit of local time.",
    {"HOUR": "An hour.", "DAY": "A day of the calendar.", "WEEK": "An ISO week, from Monday."},
)
describe_enum(
    ErrorCode,
    "All error codes, those of `UserError.code` and those of `extensions.code`.",
    {code.name: code.description for code in ErrorCode},
)

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
