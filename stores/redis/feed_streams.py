"""Feeds as Redis streams: a script appends and publishes in one step, another one reads and checks for gaps."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

from redis.asyncio import Redis

from stores.domain.outbox import Commit
from stores.domain.updates import FEED_LENGTHS, FEED_TTL, FeedKey, FeedKind
from stores.feeds.feed_position import START, FeedEntry, FeedPosition, cursor_of, feed_lost, updates_expired
from stores.redis.client import MILLISECOND, Argument, translate_errors
from stores.redis.updates import decode_update, encode_update

STREAM_TTL = FEED_TTL + timedelta(hours=1)
NUMBER_TTL = timedelta(days=7)
"""How long the number of a registration's last commit is stored. A commit that is repeated later appears twice."""

EPOCH = """
local prefix = ARGV[1]
local epoch = redis.call('GET', prefix .. 'epoch')
if not epoch then
  epoch = ARGV[2]
  redis.call('SET', prefix .. 'epoch', epoch)
end
"""

PUBLISH = """
local stream_ttl, number_ttl, learner_length, course_length = ARGV[3], ARGV[4], ARGV[5], ARGV[6]

local function append(feed, length, update)
  local id = redis.call('XADD', feed, 'MAXLEN', '~', length, '*', 'u', update)
  redis.call('PEXPIRE', feed, stream_ttl)
  redis.call('PUBLISH', feed, epoch .. ' ' .. id .. ' ' .. update)
end

for index = 7, #ARGV, 5 do
  local number, update = ARGV[index + 1], ARGV[index + 4]
  local key = prefix .. 'n:' .. ARGV[index]
  local last = redis.call('GET', key)
  if not last or tonumber(number) > tonumber(last) then
    append(prefix .. 'f:learner:' .. ARGV[index + 2], learner_length, update)
    append(prefix .. 'f:course:' .. ARGV[index + 3], course_length, update)
    redis.call('SET', key, number, 'PX', number_ttl)
  end
end
"""
"""ARGV: prefix, a new epoch, how long streams and numbers are stored (ms), the lengths of a learner's and of a course's
stream, then for each commit: registration, number, learner, course, update. The key of a stream is also the name of its
channel."""

READ = """
local feed, after, most = prefix .. 'f:' .. ARGV[3], ARGV[4], tonumber(ARGV[5])
if redis.call('EXISTS', feed) == 0 then return {epoch} end
local reply, info = redis.call('XINFO', 'STREAM', feed), {}
for index = 1, #reply, 2 do info[reply[index]] = reply[index + 1] end
local first, last = info['first-entry'], info['last-generated-id']
local removed = info['entries-added'] - info['length']
local rows = most > 0 and redis.call('XRANGE', feed, '(' .. after, '+', 'COUNT', most) or {}
return {epoch, first and first[1] or last, last, removed, rows}
"""
"""ARGV: prefix, a new epoch, the feed's name, the id to read after, how many at most. Returns the epoch and, if the
stream exists, its first and last id, how many of its entries were removed, and the entries."""


class FeedMessage(NamedTuple):
    """A message on the channel of a feed."""

    epoch: str
    entry: FeedEntry


class FeedStreams:
    """`prefix` begins every key. Not for a Redis cluster: a script uses keys of several slots."""

    def __init__(self, client: Redis, *, prefix: str) -> None:
        self._prefix = prefix
        self._publish = client.register_script(EPOCH + PUBLISH)
        self._read = client.register_script(EPOCH + READ)

    def channel(self, feed_key: FeedKey) -> str:
        """The name of the feed's channel, which is the key of its stream."""
        return f"{self._prefix}f:{_name(feed_key)}"

    def parse_message(self, feed_key: FeedKey, message: bytes) -> FeedMessage:
        """A message of the feed's channel. ValueError or `CursorExpired` if another version published it."""
        epoch_bytes, id_bytes, payload = message.split(b" ", 2)
        epoch = epoch_bytes.decode()
        return FeedMessage(epoch, _entry(feed_key, epoch, id_bytes, payload))

    async def publish(self, commits: Sequence[Commit]) -> None:
        """As `Live.publish`, in one round trip."""
        arguments: list[Argument] = [self._prefix, uuid4().hex]
        arguments += [STREAM_TTL // MILLISECOND, NUMBER_TTL // MILLISECOND]
        arguments += [FEED_LENGTHS[FeedKind.LEARNER], FEED_LENGTHS[FeedKind.COURSE]]
        for commit in commits:
            if commit.progress is not None:
                arguments += [commit.registration.hex, commit.number, commit.learner_id, commit.course_key]
                arguments.append(encode_update(commit))
        if len(arguments) > 6:
            with translate_errors("live"):
                await self._publish(args=arguments)

    async def end(self, feed_key: FeedKey) -> tuple[str, FeedPosition]:
        """The epoch, and the position of the last update of a feed."""
        with translate_errors("live"):
            epoch, *stream = await self._read(args=[self._prefix, uuid4().hex, _name(feed_key), "0-0", 0])
        return epoch.decode(), _position(stream[1]) if stream else START

    async def read(self, feed_key: FeedKey, epoch: str, after: FeedPosition, most: int) -> Sequence[FeedEntry]:
        """The entries after a position of this epoch, in order, at most so many. `CursorExpired` if one may be
        missing."""
        arguments: list[Argument] = [self._prefix, uuid4().hex, _name(feed_key), f"{after[0]}-{after[1]}", most]
        with translate_errors("live"):
            found, *stream = await self._read(args=arguments)
        if found.decode() != epoch:
            raise feed_lost()
        if not stream:
            if after == START:
                return []
            raise updates_expired()
        first, last, removed, rows = stream
        if after > _position(last):
            raise feed_lost()  # Redis was restored from an older state
        if after < _position(first) and (removed or after != START):
            # The stream was trimmed, or it expired and was created again: its own positions are never before its first
            # entry.
            raise updates_expired()
        return [_entry(feed_key, epoch, id_bytes, fields[1]) for id_bytes, fields in rows]


def _name(feed_key: FeedKey) -> str:
    return f"{feed_key.kind.value.lower()}:{feed_key.key}"


def _entry(feed_key: FeedKey, epoch: str, id_bytes: bytes, payload: bytes) -> FeedEntry:
    position = _position(id_bytes)
    return FeedEntry(position, decode_update(payload, cursor_of(feed_key, epoch, position)))


def _position(id_bytes: bytes) -> FeedPosition:
    first, _, second = id_bytes.partition(b"-")
    return int(first), int(second)
