"""Refold registrations: make their rows again from all events that the ledger has of them."""

from collections.abc import Callable, Collection
from uuid import UUID

from stores.domain.catalog import CourseVersion
from stores.domain.commit import make_commit
from stores.domain.outbox import Consumer
from stores.domain.progress_projection import CourseIndex, refold
from stores.sql.core.pool import Connection
from stores.sql.progress import ledger, snapshot
from stores.sql.progress.changes import Changes
from stores.sql.progress.saving import save


async def refold_registrations(
    connection: Connection,
    registrations: Collection[UUID],
    *,
    index_of: Callable[[CourseVersion], CourseIndex],
    codes: Callable[[], str],
) -> int:
    """Write the rows that differ and return how many registrations changed. Writers of these registrations wait until
    the transaction ends."""
    before = await snapshot.lock(connection, registrations)
    whole = await ledger.whole(connection, {key: locked.state.enrollment for key, locked in before.items()})
    made = Changes()
    changed = 0
    for key, locked in before.items():
        index = index_of(locked.state.enrollment.pin)
        after = refold(locked.state, whole[key], index)
        made.refolded.append(key)
        if after.course.version == locked.state.course.version:
            made.replace(locked.state, after, number=locked.commits, counted=locked.counted)
        else:
            changed += 1
            commit = make_commit(locked.state, after, (), None, index, number=locked.commits + 1, at=locked.at)
            made.add(locked.state, after, commit, counted=locked.counted, codes=codes, consumers=[Consumer.LIVE])
    await save(connection, made)
    return changed
