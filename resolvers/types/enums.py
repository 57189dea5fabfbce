"""The domain's enums, under the names that clients know them by."""

import strawberry

from stores.domain.calendar import Window
from stores.domain.catalog import ItemType, MoveOn
from stores.domain.events import Verb
from stores.domain.progress import EnrollmentState, ProgressState, VerdictStatus
from stores.domain.sessions import PresenceStatus

strawberry.enum(ItemType, description="What kind of thing a course item is.")
strawberry.enum(MoveOn, description="When an item counts as done (cmi5 moveOn); NOT_APPLICABLE makes it optional.")
strawberry.enum(Verb, description="What was done; the xAPI verb's own IRI is `verbIri`.")
strawberry.enum(EnrollmentState, description="WITHDRAWN once unregistered, COMPLETED once satisfied, else ACTIVE.")
strawberry.enum(ProgressState, description="The best news there is of an item.")
strawberry.enum(
    VerdictStatus,
    name="InteractionStatus",
    description="DUPLICATE: it was kept before, which is as good. REJECTED: it is not kept, its error says why.",
)
strawberry.enum(PresenceStatus, description="ONLINE for a minute after a heartbeat, AWAY for ten, then OFFLINE.")
strawberry.enum(Window, description="A local hour, day or ISO week.")

__all__ = [
    "EnrollmentState",
    "ItemType",
    "MoveOn",
    "PresenceStatus",
    "ProgressState",
    "Verb",
    "VerdictStatus",
    "Window",
]
