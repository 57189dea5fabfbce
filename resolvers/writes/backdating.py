"""How far back learners may state of themselves what they did: `Policy.learners_backdate`.

Viewers who may write for others state facts of any time.
"""

from collections.abc import Mapping
from datetime import datetime

from resolvers import permissions
from resolvers.data.access_paths import LEDGER
from resolvers.viewer import Viewer
from resolvers.writes.faults import Fault
from resolvers.writes.write_stores import WriteStores
from stores.domain.events import Event


def problem_with_age(stores: WriteStores, viewer: Viewer, course_key: str, at: datetime | None) -> str | None:
    """Why this viewer may not state the time, or None. An absent time is now."""
    longest = stores.policy.learners_backdate
    if at is None or at >= stores.now() - longest or permissions.may_write_for_others(viewer, course_key):
        return None
    return f"is more than {longest.days} days ago: a learner may not state that"


async def backdated_faults(stores: WriteStores, viewer: Viewer, events: Mapping[int, Event]) -> Mapping[int, Fault]:
    """BAD_USER_INPUT for each event, by place, that is too old for this viewer. An event that the ledger has is a
    repetition and has no fault: looking costs a store call only if an event is too old."""
    old = {
        place: problem
        for place, event in events.items()
        if (problem := problem_with_age(stores, viewer, event.course_key, event.at)) is not None
    }
    if not old:
        return {}
    known = await stores.loaders.load_many(LEDGER, [events[place].id for place in old], ())
    return {
        place: Fault("BAD_USER_INPUT", problem, ("at",))
        for place, problem in old.items()
        if events[place].id not in known
    }
