"""Positions in live feeds, and the cursors with which clients resume from them."""

from typing import NamedTuple
from zlib import crc32

from stores.domain.paging import decode, encode
from stores.domain.updates import FeedKey, Update
from stores.errors import CursorExpired, Rejected

FeedPosition = tuple[int, int]
"""The position of an update in its feed. Positions grow; the two numbers are those of a Redis stream id."""
START: FeedPosition = (0, 0)
"""The position before the first update."""


class FeedEntry(NamedTuple):
    """An update and its position in the feed."""

    position: FeedPosition
    update: Update


def cursor_of(feed_key: FeedKey, epoch: str, position: FeedPosition) -> str:
    """The cursor of a position. `epoch` is a random text that changes when the backend has lost its feeds."""
    return encode(_feed_hash(feed_key), epoch, *position)


def position_of(feed_key: FeedKey, cursor: str) -> tuple[str, FeedPosition]:
    """The epoch and the position of a cursor. `Rejected`: not a cursor of a feed; `CursorExpired`: of another feed."""
    feed_hash, epoch, first, second = decode("live", cursor, int, str, int, int)
    if int(first) < 0 or int(second) < 0:
        raise Rejected("live", "malformed cursor")
    if int(feed_hash) != _feed_hash(feed_key):
        raise CursorExpired("live", "this cursor is of another feed")
    return epoch, (int(first), int(second))


def updates_expired() -> CursorExpired:
    """The error for a position whose following updates the feed no longer has."""
    return CursorExpired("live", "the updates after this cursor have expired")


def feed_lost() -> CursorExpired:
    """The error for a feed that the backend lost or replaced by an empty one."""
    return CursorExpired("live", "the feed was lost")


def _feed_hash(feed_key: FeedKey) -> int:
    return crc32(f"{feed_key.kind.value}:{feed_key.key}".encode(errors="surrogatepass"))
