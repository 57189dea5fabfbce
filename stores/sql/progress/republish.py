"""Republishing: put the whole ledgers of registrations into the outbox again, for the timeline."""

from collections.abc import Collection
from uuid import UUID

from stores.domain.commit import republished_commits
from stores.domain.outbox import Consumer
from stores.sql.core.pool import Connection
from stores.sql.outbox.rows import outbox_values
from stores.sql.progress import ledger, snapshot
from stores.sql.progress.changes import Changes, save


async def republish(connection: Connection, registrations: Collection[UUID]) -> int:
    """Return how many events. Writers of these registrations wait, so that their commits come after these."""
    locked = await snapshot.lock(connection, registrations)
    whole = await ledger.whole(connection, {key: each.state.enrollment for key, each in locked.items()})
    made = Changes()
    for key, (state, commits, at) in locked.items():
        republished = republished_commits(state.enrollment, whole[key], after=commits, at=at)
        made.states.append((state, state))
        made.numbers[key] = commits + len(republished)
        made.outbox_rows.extend(outbox_values(commit, Consumer.TIMELINE) for commit in republished)
    await save(connection, made)
    return sum(map(len, whole.values()))
