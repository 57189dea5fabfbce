"""Hot resume points in Redis: a JSON value for each registration, and a sorted set of those that are not saved durably.

The scores of the set are a counter: the points that wait longest come first. `Sessions.touch` moves points within its
own script, so the Lua that both scripts use is here.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from redis.asyncio import Redis

from stores.domain.paging import from_ms, to_ms
from stores.domain.sessions import RESUME_POINT_TTL, ResumePoint
from stores.errors import Rejected
from stores.redis.client import MILLISECOND, Argument, translate_errors

POINTS = """
local function whole(number) return string.format('%.0f', number) end

local function comes_after(a, b) -- by bytes: `<` would follow the server's locale
  for place = 1, math.min(#a, #b) do
    local x, y = a:byte(place), b:byte(place)
    if x ~= y then return x > y end
  end
  return #a > #b
end

local function stored_at(key)
  local blob = redis.call('GET', key)
  return blob and cjson.decode(blob)
end

local function is_later(kept, at, id)
  return not kept or at > kept.at or (at == kept.at and comes_after(id, kept.id))
end

local function signal_resume(prefix, registration)
  redis.call('PUBLISH', prefix .. 'resume:' .. registration, registration)
end

local function move_point(prefix, registration, at, id, point, left)
  local key = prefix .. 'r:' .. registration
  if left <= 0 or not is_later(stored_at(key), at, id) then return false end
  redis.call('SET', key, point, 'PX', whole(left))
  signal_resume(prefix, registration)
  return true
end

local function mark_unsaved(prefix, registration, kept)
  local key = prefix .. 'unsaved'
  if redis.call('ZSCORE', key, registration) then return end
  local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
  redis.call('ZADD', key, (last[2] or 0) + 1, registration)
  redis.call('PEXPIRE', key, whole(kept))
end
"""

MOVE = """
local prefix, now, resume_kept, gone = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local place = 5
for _ = 1, gone do
  local registration, id = ARGV[place], ARGV[place + 1]
  local key = prefix .. 'r:' .. registration
  local kept = stored_at(key)
  if kept and kept.id == id then
    redis.call('DEL', key)
    redis.call('ZREM', prefix .. 'unsaved', registration)
    signal_resume(prefix, registration)
  end
  place = place + 2
end
while place < #ARGV do
  local registration, at, id = ARGV[place], tonumber(ARGV[place + 1]), ARGV[place + 2]
  if move_point(prefix, registration, at, id, ARGV[place + 3], resume_kept - (now - at)) then
    redis.call('ZREM', prefix .. 'unsaved', registration)
  end
  place = place + 4
end
"""
"""ARGV: prefix, now, RESUME_POINT_TTL, how many are gone; of each of those: registration, id; of each point:
registration, at, id, blob."""

UNSAVED = """
local prefix, most, since = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local key, found, from = prefix .. 'unsaved', {}, 0
while from < most do
  local waiting = redis.call('ZRANGE', key, from, most - 1)
  if #waiting == 0 then break end
  for _, registration in ipairs(waiting) do
    local blob = redis.call('GET', prefix .. 'r:' .. registration)
    if blob and cjson.decode(blob).at > since then
      from = from + 1
      found[2 * from - 1], found[2 * from] = registration, blob
    else
      redis.call('ZREM', key, registration)
    end
  end
end
return found
"""
"""ARGV: prefix, how many at most, the moment since which points are kept. Answers registration and blob of each."""

SAVED = """
local prefix = ARGV[1]
for place = 2, #ARGV, 3 do
  local registration, kept = ARGV[place], stored_at(ARGV[1] .. 'r:' .. ARGV[place])
  if kept and kept.at == tonumber(ARGV[place + 1]) and kept.id == ARGV[place + 2] then
    redis.call('ZREM', prefix .. 'unsaved', registration)
  end
end
"""
"""ARGV: prefix, then of each point: registration, at, id."""


class HotPoints:
    """The methods of `Sessions` that concern resume points."""

    def __init__(self, client: Redis, *, now: Callable[[], datetime], prefix: str) -> None:
        self._client = client
        self._now = now
        self._prefix = prefix
        self._move = client.register_script(POINTS + MOVE)
        self._unsaved = client.register_script(UNSAVED)
        self._saved = client.register_script(POINTS + SAVED)

    async def by_registrations(self, registrations: Sequence[UUID]) -> Mapping[UUID, ResumePoint]:
        if not registrations:
            return {}
        now = self._now()
        with translate_errors("sessions"):
            blobs = await self._client.mget([f"{self._prefix}r:{key}" for key in registrations])
        kept = {key: _point(key, blob) for key, blob in zip(registrations, blobs, strict=True) if blob}
        return {key: point for key, point in kept.items() if now - point.at < RESUME_POINT_TTL}

    async def move(self, points: Sequence[ResumePoint], *, gone: Collection[tuple[UUID, str]]) -> None:
        if not points and not gone:
            return
        arguments: list[Argument] = [self._prefix, to_ms(self._now()), RESUME_POINT_TTL // MILLISECOND, len(gone)]
        for registration, point_id in gone:
            arguments += [str(registration), point_id]
        for point in points:
            if point.position is not None:
                arguments += [str(point.registration), to_ms(point.at), point.id, blob_of(point)]
        with translate_errors("sessions"):
            await self._move(args=arguments)

    async def unsaved(self, *, most: int) -> Sequence[ResumePoint]:
        with translate_errors("sessions"):
            found = await self._unsaved(args=[self._prefix, most, to_ms(self._now() - RESUME_POINT_TTL)])
        return [_point(UUID(key.decode()), blob) for key, blob in zip(found[::2], found[1::2], strict=True)]

    async def saved(self, points: Sequence[ResumePoint]) -> None:
        if not points:
            return
        arguments: list[Argument] = [self._prefix]
        for point in points:
            arguments += [str(point.registration), to_ms(point.at), point.id]
        with translate_errors("sessions"):
            await self._saved(args=arguments)


def blob_of(point: ResumePoint) -> bytes:
    """A resume point as JSON. `Rejected` if it holds text that is not Unicode."""
    try:
        return orjson.dumps(
            {
                "at": to_ms(point.at),
                "id": point.id,
                "item": point.item_key,
                "position": point.position,
                "device": point.device,
            }
        )
    except orjson.JSONEncodeError:
        raise Rejected("sessions", "a resume point with text that is not Unicode") from None


def _point(registration: UUID, blob: bytes | str) -> ResumePoint:
    parts: dict[str, Any] = orjson.loads(blob)
    return ResumePoint(
        registration=registration,
        item_key=parts["item"],
        position=parts["position"],
        at=from_ms(parts["at"]),
        device=parts["device"],
        id=parts["id"],
    )
