"""The encoding of an update in Redis: a JSON list of its parts in a fixed order, the version first.

The traceparent is the last part, and there only if the commit has one: gateways that do not know it read no more parts.
"""

from uuid import UUID

import orjson

from stores.domain.outbox import Commit
from stores.domain.paging import from_ms, to_ms
from stores.domain.progress import EnrollmentState
from stores.domain.progress_codec import VERSION, course_parts, course_progress_of, item_parts, item_progress_of
from stores.domain.updates import Update
from stores.errors import Rejected
from stores.feeds.feed_position import feed_lost


def encode_update(commit: Commit) -> bytes:
    """Encode a commit that has progress. `Rejected` if it holds text that is not Unicode."""
    assert commit.progress is not None  # noqa: S101 - for the types
    parts = [
        VERSION,
        commit.registration.hex,
        commit.learner_id,
        commit.course_key,
        to_ms(commit.at),
        commit.state.value,
        course_parts(commit.progress),
        [item_parts(row) for row in commit.changed],
    ]
    if commit.traceparent is not None:
        parts.append(commit.traceparent)
    try:
        return orjson.dumps(parts)
    except orjson.JSONEncodeError:
        raise Rejected("live", "a commit with text that is not Unicode") from None


def decode_update(payload: bytes, cursor: str) -> Update:
    """Decode an update. `CursorExpired` if another version of this project encoded it."""
    parts = orjson.loads(payload)
    if parts[0] != VERSION:
        raise feed_lost()
    _, registration, learner_id, course_key, at, state, course, items, *more = parts
    key = UUID(registration)
    return Update(
        cursor=cursor,
        registration=key,
        learner_id=learner_id,
        course_key=course_key,
        at=from_ms(at),
        state=EnrollmentState(state),
        progress=course_progress_of(key, course),
        changed=tuple(item_progress_of(key, row) for row in items),
        traceparent=more[0] if more else None,
    )
