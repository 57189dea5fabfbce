"""Rebuild a timeline from the ledger, by way of the outbox and a relay."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from gateway.relay.selection import enrollment_pages, select_enrollments
from stores.domain.outbox import Backlog, Consumer
from stores.ports.stores import Stores

MOST_PENDING = 500
"""Commits (of up to 500 events) that may be pending before more is republished: the outbox stays small."""
POLL_SECONDS = 0.1

OnProgress = Callable[[str, int, int], None]
"""Called with a stage, how many of it are done, and of how many."""
Wait = Callable[[float], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Republished:
    """How much a rebuild put into the outbox again."""

    enrollments: int = 0
    events: int = 0


async def rebuild_timeline(
    stores: Stores,
    *,
    courses: Sequence[str],
    learners: Sequence[str],
    wait: Wait,
    on_progress: OnProgress,
) -> Republished:
    """Republish the ledger of these courses and learners (of all courses if neither is given), and wait until the
    timeline has it.

    It needs a running relay, may run beside gateways that write, and may be repeated. Raises `CommandError` for an
    unknown course or a learner without enrolment.
    """
    selection = await select_enrollments(stores, courses=courses, learners=learners)
    done = Republished()
    async for rows in enrollment_pages(stores, selection):
        done.events += await stores.progress.republish([row.registration for row in rows])
        done.enrollments += len(rows)
        on_progress("enrolments", done.enrollments, max(selection.total, done.enrollments))
        while (await pending(stores)).waiting > MOST_PENDING:
            await wait(POLL_SECONDS)
    await _delivered(stores, wait=wait, on_progress=on_progress)
    return done


async def _delivered(stores: Stores, *, wait: Wait, on_progress: OnProgress) -> None:
    """Wait until the commits that are pending now are delivered. Others may be written meanwhile. Times are compared
    by the database's clock only."""
    left = await pending(stores)
    last, most = left.newest, left.waiting
    while left.oldest is not None and last is not None and left.oldest <= last:
        most = max(most, left.waiting)
        on_progress("commits", most - left.waiting, most)
        await wait(POLL_SECONDS)
        left = await pending(stores)
    on_progress("commits", most, most)


async def pending(stores: Stores) -> Backlog:
    """The commits that the timeline does not have yet."""
    return (await stores.outbox.backlog())[Consumer.TIMELINE]
