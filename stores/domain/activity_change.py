"""How a commit changes the activity of its registration: the activity of the live events after it, minus that before.

The rule needs no cases. An event whose void is already in the ledger adds nothing, a target that was already voided
subtracts nothing, a void and its target in one commit change nothing, and a target that is voided twice subtracts once.
"""

from collections.abc import Sequence
from datetime import datetime

from stores.domain.activity import ActivityCount, count_activity
from stores.domain.events import Event
from stores.domain.progress_projection import without_voided


def activity_change(new: Sequence[Event], whole: Sequence[Event] | None = None) -> tuple[ActivityCount, ...]:
    """What the accepted events `new` add to each quarter of an hour, in order; negative where they void.

    `whole`: all events of the registration, `new` among them, if a void may be involved. Quarters that do not change
    are absent."""
    if whole is None:
        return count_activity(new)
    ids = {event.id for event in new}
    after = {count.start: count for count in count_activity(without_voided(whole))}
    before = {
        count.start: count for count in count_activity(without_voided(event for event in whole if event.id not in ids))
    }
    return tuple(
        difference(start, before.get(start), after.get(start))
        for start in sorted({*before, *after})
        if before.get(start) != after.get(start)
    )


def difference(start: datetime, before: ActivityCount | None, after: ActivityCount | None) -> ActivityCount:
    """`after` minus `before`, for the quarter of an hour that begins at `start`; None is no activity."""
    empty = ActivityCount(start=start, events=0, active_ms=0)
    old, new = before or empty, after or empty
    return ActivityCount(start=start, events=new.events - old.events, active_ms=new.active_ms - old.active_ms)
