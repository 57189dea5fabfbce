"""Ends the sessions of learners who withdrew, so that they no longer count as online in the course."""

from collections.abc import Collection
from uuid import UUID

from stores.domain.progress import EnrollmentState
from stores.ports.stores import Stores


async def end_withdrawn_sessions(stores: Stores, registrations: Collection[UUID]) -> None:
    """End the current session of each of these enrolments that is WITHDRAWN now, whatever the times of its heartbeats.

    The state is read again: a late or repeated delivery must not end the session of a learner who enrolled again.
    Idempotent. Raises StoreError.
    """
    if not registrations:
        return
    rows = await stores.progress.by_registrations(list(registrations))
    withdrawn = {key: row.learner_id for key, row in rows.items() if row.state is EnrollmentState.WITHDRAWN}
    if not withdrawn:
        return
    sessions = await stores.sessions.by_learners(list(dict.fromkeys(withdrawn.values())))
    for session in sessions.values():
        if session.registration in withdrawn:
            await stores.sessions.end(session.session_id, learner_id=session.learner_id)
