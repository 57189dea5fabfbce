"""What becomes of commits: the timeline and its roll-ups follow them, and so do live feeds and the state of sessions.

Everything here may be repeated: a relay that was killed in between begins again with what it had not settled.
"""

import logging
from collections.abc import Sequence

from stores.domain.events import Event
from stores.domain.outbox import SESSION_END_VERBS, SESSION_START_VERBS, Commit
from stores.domain.sessions import Heartbeat
from stores.domain.updates import activity_channel
from stores.errors import StoreError
from stores.ports.stores import Stores

log = logging.getLogger("quadrangle.relay")


async def to_timeline(stores: Stores, commits: Sequence[Commit]) -> None:
    """Append what was kept, take out what was voided, and tell who watches a course's activity. What is remembered of
    the timeline is dropped where it may have come back with less than it had."""
    if any(commit.republished for commit in commits):
        stores.timeline.forget()
    voided = {event.id: event for commit in commits for event in commit.voided}
    events = [event for commit in commits for event in commit.events if event.id not in voided]
    try:
        await stores.timeline.append(events)
        if voided:
            await stores.timeline.remove(list(voided.values()))
    except StoreError:
        stores.timeline.forget()
        raise
    try:
        await stores.live.signal({activity_channel(commit.course_key) for commit in commits})
    except StoreError as error:
        # A hint alone: who watches looks again when the store is back.
        log.debug("no hint of activity: %s", error.code)


async def to_live(stores: Stores, commits: Sequence[Commit]) -> None:
    """Publish progress; move resume points; open and close sessions."""
    await stores.live.publish(commits)
    gone = {(commit.registration, str(event.id)) for commit in commits for event in commit.voided}
    # A point whose event is voided further on among these commits would come back after it was forgotten.
    resumed = [commit.resume for commit in commits if commit.resume is not None]
    points = [point for point in resumed if (point.registration, point.id) not in gone]
    if points or gone:
        await stores.sessions.move(points, gone=gone)
    opened: list[Heartbeat] = []
    for commit in commits:
        for event in commit.events:
            if event.verb in SESSION_START_VERBS:
                opened.append(heartbeat_of(event))
            elif event.verb in SESSION_END_VERBS:
                await stores.sessions.touch(opened)
                opened = []
                await stores.sessions.end(session_of(event), learner_id=event.learner_id, at=event.at)
    if opened:
        await stores.sessions.touch(opened)


async def follow_ledger(stores: Stores, events: Sequence[Event]) -> None:
    """Bring the timeline these events of the ledger, whatever it has of them, but for those that are voided. We look
    for voids after we appended, too: a relay takes out what is in the timeline when it is told of the void."""
    gone = set(await stores.progress.voided(events))
    await stores.timeline.append([event for event in events if event.id not in gone])
    gone.update(await stores.progress.voided(events))
    await stores.timeline.remove([event for event in events if event.id in gone])


def session_of(event: Event) -> str:
    """The session that an event is of; without a name of its own, the registration's."""
    return event.session_id or str(event.registration)


def heartbeat_of(event: Event) -> Heartbeat:
    """It opens the session and no more: a position moves the resume point (`commit.resume`), opening an item does
    not."""
    return Heartbeat(
        session_id=session_of(event),
        learner_id=event.learner_id,
        registration=event.registration,
        course_key=event.course_key,
        at=event.at,
    )
