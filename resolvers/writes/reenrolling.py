"""Events by which a learner who withdrew is enrolled again: as `enroll`, they need the permission to enrol."""

from collections.abc import Mapping

from resolvers import permissions
from resolvers.data.access_paths import LEDGER
from resolvers.viewer import Viewer
from resolvers.writes.faults import Fault
from resolvers.writes.write_stores import WriteStores
from stores.domain.events import Event, Verb

NOT_ENROLLING = "you may not enrol this learner, nor void a withdrawal"


async def reenrolling_faults(stores: WriteStores, viewer: Viewer, events: Mapping[int, Event]) -> Mapping[int, Fault]:
    """FORBIDDEN for each event, by place, that is REGISTERED or voids a withdrawal, of a viewer who may not enrol the
    learner: an instructor could otherwise see the profile of a learner who withdrew. Paths lead into the event. Looking
    for withdrawals costs a store call only if such a viewer voids."""
    barred = {
        place: event
        for place, event in events.items()
        if event.verb in (Verb.REGISTERED, Verb.VOIDED)
        and not permissions.may_enroll(viewer, event.learner_id, event.course_key, stores.policy)
    }
    targets = list(dict.fromkeys(event.voids for event in barred.values() if event.voids is not None))
    known = await stores.loaders.load_many(LEDGER, targets, ()) if targets else {}
    withdrawals = {(key, row.registration) for key, row in known.items() if row.verb is Verb.UNREGISTERED}
    faults: dict[int, Fault] = {}
    for place, event in barred.items():
        if event.voids is None:
            faults[place] = Fault("FORBIDDEN", NOT_ENROLLING, ("verb",))
        elif (event.voids, event.registration) in withdrawals:  # what another enrolment's event is, stays unsaid
            faults[place] = Fault("FORBIDDEN", NOT_ENROLLING, ("voids",))
    return faults
