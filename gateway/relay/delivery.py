"""What a delivery does: writes commits to the timeline, or publishes them to live feeds and sessions.

All of it is idempotent: after a crash the next relay repeats what was not settled.
"""

from collections.abc import Sequence

from gateway.relay.bisection import bisect_rejected
from gateway.relay.withdrawn_sessions import end_withdrawn_sessions
from stores.domain.events import Event
from stores.domain.outbox import SESSION_END_VERBS, SESSION_START_VERBS, Commit
from stores.domain.progress import EnrollmentState
from stores.domain.sessions import Heartbeat
from stores.domain.updates import activity_channel
from stores.errors import Rejected
from stores.ports.stores import Stores


async def deliver_to_timeline(stores: Stores, commits: Sequence[Commit]) -> None:
    """Append the events and void the voided ones. Deliveries commute, so their order does not matter.

    `Rejected` if the timeline cannot store some of them. If there is only one commit, all others are stored then."""
    refused: list[Rejected] = []

    async def note(event: Event, error: Rejected) -> None:
        refused.append(error)

    for write, events in (
        (stores.timeline.append, [event for commit in commits for event in commit.events]),
        (stores.timeline.void, [event for commit in commits for event in commit.voided]),
    ):
        placed = await with_slots(stores, events)
        if len(commits) == 1 and placed:
            await bisect_rejected(placed, write, on_rejected=note)
        elif placed:
            await write(placed)
    if refused:
        raise refused[0]


async def with_slots(stores: Stores, events: Sequence[Event]) -> Sequence[Event]:
    """The events with their slots. Commits that an older version put into the outbox have none; the ledger does."""
    missing = [event.id for event in events if event.slot is None]
    if not missing:
        return events
    stored = await stores.progress.ledger(missing)
    return [stored.get(event.id, event) for event in events]


async def deliver_to_live(stores: Stores, commits: Sequence[Commit]) -> None:
    """Publish progress updates, move resume points, open and close sessions, and signal that the activity of courses
    may have changed. A withdrawn enrolment has no session."""
    await stores.live.publish(commits)
    gone = {(commit.registration, str(event.id)) for commit in commits for event in commit.voided}
    # Without this filter, a point whose event is voided later in this batch would reappear.
    resumed = [commit.resume for commit in commits if commit.resume is not None]
    points = [point for point in resumed if (point.registration, point.id) not in gone]
    if points or gone:
        await stores.sessions.move(points, gone=gone)
    opened: list[Heartbeat] = []
    for commit in commits:
        for event in commit.events:
            if event.verb in SESSION_START_VERBS and commit.state is not EnrollmentState.WITHDRAWN:
                opened.append(heartbeat_of(event))
            elif event.verb in SESSION_END_VERBS:
                await stores.sessions.touch(opened)
                opened = []
                await stores.sessions.end(session_of(event), learner_id=event.learner_id, at=event.at)
    if opened:
        await stores.sessions.touch(opened)
    withdrawn = {commit.registration for commit in commits if commit.state is EnrollmentState.WITHDRAWN}
    await end_withdrawn_sessions(stores, withdrawn)
    await stores.live.signal({activity_channel(commit.course_key) for commit in commits})


def session_of(event: Event) -> str:
    """The id of the event's session; the registration's id for an event without one."""
    return event.session_id or str(event.registration)


def heartbeat_of(event: Event) -> Heartbeat:
    """The heartbeat that opens the event's session. It has no position: only `commit.resume` moves the resume
    point."""
    return Heartbeat(
        session_id=session_of(event),
        learner_id=event.learner_id,
        registration=event.registration,
        course_key=event.course_key,
        at=event.at,
    )
