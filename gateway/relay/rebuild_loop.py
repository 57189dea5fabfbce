"""Rebuild derived data from the ledger, for all registrations or for those of some courses and learners."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from gateway.relay.selection import enrollment_pages, select_enrollments
from gateway.runtime.store_retry import RETRY_FOR_A_MINUTE, StoreRetry
from stores.batches import REBUILT_ROWS
from stores.domain.calendar import ALL_TIME, Span
from stores.domain.progress import Enrollment
from stores.domain.rebuilds import Rebuild, pass_spans, share_done
from stores.ports.stores import Stores

OnProgress = Callable[[str, int, int], None]
"""Called with the name of a stage, how much of it is done, and its total."""


class Rebuilder(Protocol):
    """Rebuilds one kind of derived data, and counts what it did."""

    @property
    def kind(self) -> Rebuild:
        """The kind of data. The position of the rebuild is stored under it."""

    @property
    def stage(self) -> str:
        """The name of the stage in progress reports, which count registrations."""

    async def rebuild(self, enrollments: Sequence[Enrollment], span: Span) -> None:
        """Rebuild what follows from the events of these registrations within the span. Only the timeline has several
        spans. Idempotent, and safe while gateways write."""

    def summary(self) -> str:
        """What was done, in one line."""


async def rebuild_all(
    stores: Stores, rebuilder: Rebuilder, *, on_progress: OnProgress, retry: StoreRetry = RETRY_FOR_A_MINUTE
) -> None:
    """Rebuild all registrations. A run that was killed resumes at its durable position."""
    await stores.progress.start_rebuild(rebuilder.kind)
    await resume_rebuild(stores, rebuilder, on_progress=on_progress, retry=retry)


async def resume_rebuild(
    stores: Stores, rebuilder: Rebuilder, *, on_progress: OnProgress, retry: StoreRetry = RETRY_FOR_A_MINUTE
) -> None:
    """Finish the rebuild under way, if there is one."""
    progress, kind = stores.progress, rebuilder.kind
    position = await progress.rebuild_position(kind)
    if position is None:
        return
    spans = pass_spans(kind, position.started_at)
    total = await progress.count_enrollments()
    done = 0 if position.after is None else total - await progress.count_enrollments(after=position.after)
    while position.number < len(spans):
        on_progress(rebuilder.stage, round(total * share_done(kind, position, done=done, total=total)), total)
        rows = await retry.call(partial(progress.enrollments_after, position.after, most=REBUILT_ROWS))
        if rows:
            await retry.call(partial(rebuilder.rebuild, rows, spans[position.number]))
            position = replace(position, after=rows[-1].registration)
            done += len(rows)
        else:
            position = replace(position, number=position.number + 1, after=None)
            done = 0
        await retry.call(partial(progress.advance_rebuild, kind, position))
    on_progress(rebuilder.stage, total, total)
    await retry.call(partial(progress.advance_rebuild, kind, None))


async def rebuild_selected(
    stores: Stores,
    rebuilder: Rebuilder,
    *,
    courses: Sequence[str],
    learners: Sequence[str],
    on_progress: OnProgress,
    retry: StoreRetry = RETRY_FOR_A_MINUTE,
) -> None:
    """Rebuild the registrations of these courses and learners. `CommandError` if one is unknown."""
    selection = await select_enrollments(stores, courses=courses, learners=learners)
    done = 0
    async for rows in enrollment_pages(stores, selection):
        await retry.call(partial(rebuilder.rebuild, rows, ALL_TIME))
        done += len(rows)
        on_progress(rebuilder.stage, done, max(selection.total, done))
