"""An update as Redis keeps and sends it: a JSON list of its parts in a fixed order, as few bytes as may be.

A feed outlives a deployment: whoever changes the order counts VERSION up, and readers of the other version are told
that the feed is gone. Times are whole ms; a number comes back as it was, to the last digit.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from stores.errors import Rejected
from stores.ports.live import Update
from stores.ports.outbox import Commit
from stores.ports.paging import from_ms, to_ms
from stores.ports.places import lost
from stores.ports.progress import CourseProgress, EnrollmentState, ItemProgress, ProgressState

VERSION = 1


def encode_update(commit: Commit) -> bytes:
    """A commit that has progress."""
    assert commit.progress is not None  # noqa: S101 - for the types
    parts = [
        VERSION,
        commit.registration.hex,
        commit.learner_id,
        commit.course_key,
        to_ms(commit.at),
        commit.state.value,
        _course_parts(commit.progress),
        [_item_parts(row) for row in commit.changed],
    ]
    try:
        return orjson.dumps(parts)
    except orjson.JSONEncodeError:
        raise Rejected("live", "a commit that cannot be kept") from None


def decode_update(payload: bytes, cursor: str) -> Update:
    """`CursorExpired` where another version wrote it."""
    parts = orjson.loads(payload)
    if parts[0] != VERSION:
        raise lost()
    _, registration, learner_id, course_key, at, state, course, items = parts
    key = UUID(registration)
    return Update(
        cursor=cursor,
        registration=key,
        learner_id=learner_id,
        course_key=course_key,
        at=from_ms(at),
        state=EnrollmentState(state),
        progress=_course_progress(key, course),
        changed=tuple(_item_progress(key, row) for row in items),
    )


def _course_parts(row: CourseProgress) -> list[Any]:
    return [
        row.completion,
        row.score,
        row.items_done,
        row.items_total,
        row.satisfied,
        _ms(row.satisfied_at),
        row.time_spent_ms,
        _ms(row.last_activity_at),
        row.version,
    ]


def _course_progress(registration: UUID, parts: list[Any]) -> CourseProgress:
    completion, score, done, total, satisfied, satisfied_at, time_spent_ms, last_activity_at, version = parts
    return CourseProgress(
        registration=registration,
        completion=completion,
        score=score,
        items_done=done,
        items_total=total,
        satisfied=satisfied,
        satisfied_at=_moment(satisfied_at),
        time_spent_ms=time_spent_ms,
        last_activity_at=_moment(last_activity_at),
        version=version,
    )


def _item_parts(row: ItemProgress) -> list[Any]:
    return [
        row.item_key,
        row.attempts,
        _ms(row.completed_at),
        _ms(row.passed_at),
        _ms(row.waived_at),
        int(row.failed) + 2 * row.started + 4 * row.viewed + 8 * row.satisfied,
        row.progress,
        row.best_score,
        row.latest_score,
        _ms(row.latest_at),
        None if row.latest_id is None else row.latest_id.hex,
        row.time_spent_ms,
        _ms(row.last_event_at),
        row.state.value,
        row.completion,
        _ms(row.satisfied_at),
    ]


def _item_progress(registration: UUID, parts: list[Any]) -> ItemProgress:
    key, attempts, completed_at, passed_at, waived_at, flags, progress, best_score, latest_score, *rest = parts
    latest_at, latest_id, time_spent_ms, last_event_at, state, completion, satisfied_at = rest
    return ItemProgress(
        registration=registration,
        item_key=key,
        attempts=attempts,
        completed_at=_moment(completed_at),
        passed_at=_moment(passed_at),
        waived_at=_moment(waived_at),
        failed=bool(flags & 1),
        started=bool(flags & 2),
        viewed=bool(flags & 4),
        progress=progress,
        best_score=best_score,
        latest_score=latest_score,
        latest_at=_moment(latest_at),
        latest_id=None if latest_id is None else UUID(latest_id),
        time_spent_ms=time_spent_ms,
        last_event_at=_moment(last_event_at),
        state=ProgressState(state),
        completion=completion,
        satisfied=bool(flags & 8),
        satisfied_at=_moment(satisfied_at),
    )


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)
