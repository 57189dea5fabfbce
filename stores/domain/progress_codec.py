"""Progress as compact lists of JSON values in a fixed order, for the outbox and live feeds.

Stored lists outlive a deployment: a change of the order increases VERSION, and readers check it. Times are whole ms.
Numbers come back exactly.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from stores.domain.paging import from_ms, to_ms
from stores.domain.progress import CourseProgress, ItemProgress, ProgressState

VERSION = 1


def course_parts(row: CourseProgress) -> list[Any]:
    """The values of a roll-up, without its registration."""
    return [
        row.completion,
        row.score,
        row.items_done,
        row.items_total,
        row.satisfied,
        ms_of(row.satisfied_at),
        row.time_spent_ms,
        ms_of(row.last_activity_at),
        row.version,
    ]


def course_progress_of(registration: UUID, parts: list[Any]) -> CourseProgress:
    """The roll-up of `course_parts`."""
    completion, score, done, total, satisfied, satisfied_at, time_spent_ms, last_activity_at, version = parts
    return CourseProgress(
        registration=registration,
        completion=completion,
        score=score,
        items_done=done,
        items_total=total,
        satisfied=satisfied,
        satisfied_at=moment_of(satisfied_at),
        time_spent_ms=time_spent_ms,
        last_activity_at=moment_of(last_activity_at),
        version=version,
    )


def item_parts(row: ItemProgress) -> list[Any]:
    """The values of an item's progress, without its registration."""
    return [
        row.item_key,
        row.attempts,
        ms_of(row.completed_at),
        ms_of(row.passed_at),
        ms_of(row.waived_at),
        int(row.failed) + 2 * row.started + 4 * row.viewed + 8 * row.satisfied,
        row.progress,
        row.best_score,
        row.latest_score,
        ms_of(row.latest_at),
        None if row.latest_id is None else row.latest_id.hex,
        row.time_spent_ms,
        ms_of(row.last_event_at),
        row.state.value,
        row.completion,
        ms_of(row.satisfied_at),
    ]


def item_progress_of(registration: UUID, parts: list[Any]) -> ItemProgress:
    """The item progress of `item_parts`."""
    key, attempts, completed_at, passed_at, waived_at, flags, progress, best_score, latest_score, *rest = parts
    latest_at, latest_id, time_spent_ms, last_event_at, state, completion, satisfied_at = rest
    return ItemProgress(
        registration=registration,
        item_key=key,
        attempts=attempts,
        completed_at=moment_of(completed_at),
        passed_at=moment_of(passed_at),
        waived_at=moment_of(waived_at),
        failed=bool(flags & 1),
        started=bool(flags & 2),
        viewed=bool(flags & 4),
        progress=progress,
        best_score=best_score,
        latest_score=latest_score,
        latest_at=moment_of(latest_at),
        latest_id=None if latest_id is None else UUID(latest_id),
        time_spent_ms=time_spent_ms,
        last_event_at=moment_of(last_event_at),
        state=ProgressState(state),
        completion=completion,
        satisfied=bool(flags & 8),
        satisfied_at=moment_of(satisfied_at),
    )


def ms_of(moment: datetime | None) -> int | None:
    """A time in ms since 1970, or None."""
    return None if moment is None else to_ms(moment)


def moment_of(ms: int | None) -> datetime | None:
    """The time of `ms_of`."""
    return None if ms is None else from_ms(ms)
