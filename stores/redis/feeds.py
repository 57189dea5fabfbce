"""Feeds as Redis streams: appended to in one step, read with a check that nothing is missing."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

from redis.asyncio import Redis

from stores.domain.outbox import Commit
from stores.domain.updates import FEED_LENGTHS, FEED_TTL, FeedKey, FeedKind, Update
from stores.feeds.position import START, Place, cursor_of, gone, lost
from stores.redis.client import MILLISECOND, Argument, translated
from stores.redis.updates import decode_update, encode_update

STREAM_KEPT = FEED_TTL + timedelta(hours=1)
NUMBER_KEPT = timedelta(days=7)
"""A commit that is published again later than this is published twice."""

EPOCH = """
local prefix = ARGV[1]
local epoch = redis.call('GET', prefix .. 'epoch')
if not epoch then
  epoch = ARGV[2]
  redis.call('SET', prefix .. 'epoch', epoch)
end
"""

PUBLISH = """
local stream_kept, number_kept, learner_length, course_length = ARGV[3], ARGV[4], ARGV[5], ARGV[6]

local function append(feed, length, update)
  local id = redis.call('XADD', feed, 'MAXLEN', '~', length, '*', 'u', update)
  redis.call('PEXPIRE', feed, stream_kept)
  redis.call('PUBLISH', feed, epoch .. ' ' .. id .. ' ' .. update)
end

for place = 7, #ARGV, 5 do
  local number, update = ARGV[place + 1], ARGV[place + 4]
  local key = prefix .. 'n:' .. ARGV[place]
  local last = redis.call('GET', key)
  if not last or tonumber(number) > tonumber(last) then
    append(prefix .. 'f:learner:' .. ARGV[place + 2], learner_length, update)
    append(prefix .. 'f:course:' .. ARGV[place + 3], course_length, update)
    redis.call('SET', key, number, 'PX', number_kept)
  end
end
"""
"""ARGV: prefix, a new epoch, how long streams and numbers are kept (ms), the lengths of a learner's and of a course's
stream, then of each commit: registration, number, learner, course, update. A stream's key is its channel's name."""

READ = """
local feed, after, most = prefix .. 'f:' .. ARGV[3], ARGV[4], tonumber(ARGV[5])
if redis.call('EXISTS', feed) == 0 then return {epoch} end
local told, facts = redis.call('XINFO', 'STREAM', feed), {}
for place = 1, #told, 2 do facts[told[place]] = told[place + 1] end
local first, last = facts['first-entry'], facts['last-generated-id']
local removed = facts['entries-added'] - facts['length']
local rows = most > 0 and redis.call('XRANGE', feed, '(' .. after, '+', 'COUNT', most) or {}
return {epoch, first and first[1] or last, last, removed, rows}
"""
"""ARGV: prefix, a new epoch, the feed's name, the id to read after, the most entries. Returns the epoch and, if the
stream exists, its first and last id, the number of entries that were removed, and the entries."""


class Heard(NamedTuple):
    """What comes on a feed's channel."""

    epoch: str
    place: Place
    update: Update


class Feeds:
    """`prefix` begins every key. One Redis, not a cluster: a call's keys lie anywhere."""

    def __init__(self, client: Redis, *, prefix: str) -> None:
        self._prefix = prefix
        self._publish = client.register_script(EPOCH + PUBLISH)
        self._read = client.register_script(EPOCH + READ)

    def channel(self, feed_key: FeedKey) -> str:
        return f"{self._prefix}f:{_name(feed_key)}"

    def heard(self, feed_key: FeedKey, message: bytes) -> Heard:
        epoch, mark, payload = message.split(b" ", 2)
        place, era = _place(mark), epoch.decode()
        return Heard(era, place, decode_update(payload, cursor_of(feed_key, era, place)))

    async def publish(self, commits: Sequence[Commit]) -> None:
        arguments: list[Argument] = [self._prefix, uuid4().hex]
        arguments += [STREAM_KEPT // MILLISECOND, NUMBER_KEPT // MILLISECOND]
        arguments += [FEED_LENGTHS[FeedKind.LEARNER], FEED_LENGTHS[FeedKind.COURSE]]
        for commit in commits:
            if commit.progress is not None:
                arguments += [commit.registration.hex, commit.number, commit.learner_id, commit.course_key]
                arguments.append(encode_update(commit))
        if len(arguments) > 6:
            with translated("live"):
                await self._publish(args=arguments)

    async def end(self, feed_key: FeedKey) -> tuple[str, Place]:
        """The epoch, and the place of a feed's last update."""
        with translated("live"):
            epoch, *stream = await self._read(args=[self._prefix, uuid4().hex, _name(feed_key), "0-0", 0])
        return epoch.decode(), _place(stream[1]) if stream else START

    async def read(self, feed_key: FeedKey, epoch: str, after: Place, most: int) -> Sequence[tuple[Place, Update]]:
        """Updates behind a place of this epoch, in order; `CursorExpired` where one of them may be missing."""
        asked: list[Argument] = [self._prefix, uuid4().hex, _name(feed_key), f"{after[0]}-{after[1]}", most]
        with translated("live"):
            found, *stream = await self._read(args=asked)
        if found.decode() != epoch:
            raise lost()
        if not stream:
            if after == START:
                return []
            raise gone()
        first, last, removed, rows = stream
        if after > _place(last):
            raise lost()  # Redis came back with less than it had
        if after < _place(first) and (removed or after != START):
            # Trimmed; or expired and begun anew, for whatever is seen of a stream's own is not before its first.
            raise gone()
        return [_row(feed_key, epoch, mark, fields) for mark, fields in rows]


def _name(feed_key: FeedKey) -> str:
    return f"{feed_key.kind.value.lower()}:{feed_key.key}"


def _row(feed_key: FeedKey, epoch: str, mark: bytes, fields: list[bytes]) -> tuple[Place, Update]:
    place = _place(mark)
    return place, decode_update(fields[1], cursor_of(feed_key, epoch, place))


def _place(mark: bytes) -> Place:
    first, _, second = mark.partition(b"-")
    return int(first), int(second)
