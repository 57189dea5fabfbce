"""Persisted documents in Redis: a hash of texts, and a sorted set of their hashes by the time of their last use."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256 as digest

from redis.asyncio import Redis

from stores.domain.paging import to_ms
from stores.domain.persisted_documents import DEFAULT_BOUNDS, HOUR, DocumentBounds, hour_of
from stores.ports.documents import Documents
from stores.redis.client import MILLISECOND, translate_errors

FIND = """
local used_at = redis.call('ZSCORE', KEYS[1], ARGV[3])
if not used_at or tonumber(used_at) <= ARGV[1] - ARGV[2] then return nil end
redis.call('ZADD', KEYS[1], 'GT', ARGV[1], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return redis.call('HGET', KEYS[2], ARGV[3])
"""
"""KEYS: the times of use, the texts. ARGV: now and how long documents are kept in ms, a sha256."""
REGISTER = """
local uses, texts, new = KEYS[1], KEYS[2], KEYS[3]
local oldest = ARGV[1] - ARGV[2]
local used_at = redis.call('ZSCORE', uses, ARGV[3])
if not used_at or tonumber(used_at) <= oldest then
  if tonumber(redis.call('GET', new) or 0) >= tonumber(ARGV[6]) then return 0 end
  redis.call('INCR', new)
  redis.call('PEXPIRE', new, ARGV[7])
  redis.call('HSET', texts, ARGV[3], ARGV[4])
end
redis.call('ZADD', uses, 'GT', ARGV[1], ARGV[3])
redis.call('PEXPIRE', uses, ARGV[2])
redis.call('PEXPIRE', texts, ARGV[2])
local gone = redis.call('ZRANGEBYSCORE', uses, '-inf', string.format('%.0f', oldest), 'LIMIT', 0, 1000)
local over = redis.call('ZCARD', uses) - #gone - ARGV[5]
if over > 0 then gone = redis.call('ZRANGE', uses, 0, #gone + math.min(over, 1000) - 1) end
if #gone > 0 then
  redis.call('ZREM', uses, unpack(gone))
  redis.call('HDEL', texts, unpack(gone))
end
return 1
"""
"""KEYS: the times of use, the texts, the counter of the subject's new documents. ARGV: now and how long documents are
kept in ms, a sha256, its text, the most documents, the most new ones, how long the counter is kept in ms."""


class RedisDocuments(Documents):
    """`prefix` begins every key. All keys have one hash tag, so that a Redis cluster runs the scripts."""

    def __init__(
        self,
        client: Redis,
        *,
        now: Callable[[], datetime],
        bounds: DocumentBounds = DEFAULT_BOUNDS,
        prefix: str = "q:",
    ) -> None:
        self._client = client
        self._now = now
        self._bounds = bounds
        self._tag = f"{prefix}{{documents}}:"
        self._keys = [f"{self._tag}uses", f"{self._tag}texts"]
        self._find = client.register_script(FIND)
        self._register = client.register_script(REGISTER)

    async def ping(self) -> None:
        with translate_errors("documents"):
            await self._client.ping()

    async def find(self, sha256: str) -> str | None:
        with translate_errors("documents"):
            text = await self._find(self._keys, [*self._times(self._now()), sha256])
        return None if text is None else text.decode()

    async def register(self, sha256: str, text: str, *, subject: str) -> bool:
        now = self._now()
        # A subject is personal data, of any length: its digest is as good.
        counter = f"{self._tag}new:{hour_of(now)}:{digest(subject.encode(errors='surrogatepass')).hexdigest()[:32]}"
        bounds = [self._bounds.most, self._bounds.new_an_hour, HOUR // MILLISECOND]
        with translate_errors("documents"):
            kept = await self._register([*self._keys, counter], [*self._times(now), sha256, text, *bounds])
        return bool(kept)

    def _times(self, now: datetime) -> list[int]:
        return [to_ms(now), self._bounds.kept_for // MILLISECOND]
