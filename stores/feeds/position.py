"""Places in feeds, and the cursors that tell them to whoever comes back."""

from zlib import crc32

from stores.domain.paging import decode, encode
from stores.domain.updates import FeedKey
from stores.errors import CursorExpired, Rejected

Place = tuple[int, int]
"""Where an update is in its feed: places grow."""
START: Place = (0, 0)
"""Before the first."""


def cursor_of(feed_key: FeedKey, epoch: str, place: Place) -> str:
    """`epoch`: a random text that is another one once the backend has lost what it kept."""
    return encode(_mark(feed_key), epoch, *place)


def place_of(feed_key: FeedKey, cursor: str) -> tuple[str, Place]:
    """The epoch and the place of a cursor. `Rejected`: not a cursor; `CursorExpired`: not one of this feed."""
    mark, epoch, first, second = decode("live", cursor, int, str, int, int)
    if int(first) < 0 or int(second) < 0:
        raise Rejected("live", "malformed cursor")
    if int(mark) != _mark(feed_key):
        raise CursorExpired("live", "this cursor is of another feed")
    return epoch, (int(first), int(second))


def gone() -> CursorExpired:
    return CursorExpired("live", "what came after this cursor is not kept any more")


def lost() -> CursorExpired:
    return CursorExpired("live", "the feed that was listened to was lost")


def _mark(feed_key: FeedKey) -> int:
    return crc32(f"{feed_key.kind.value}:{feed_key.key}".encode(errors="surrogatepass"))
