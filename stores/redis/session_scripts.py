"""Lua scripts for what must happen in Redis in one step.

Scripts compose keys from the prefix (ARGV[1]), because only they know which course a learner leaves. The blob of a
learner is JSON that begins with `started` (preceded by `ended` once the session has ended) and ends with `position`.
The rest stays as the gateway wrote it, since Lua's JSON would round its numbers. The sorted set of a course has the
time of each learner's latest heartbeat, for AWAY_FOR.
"""

TOUCH = """
local prefix, now = ARGV[1], tonumber(ARGV[2])
local away_for, session_kept = tonumber(ARGV[3]), tonumber(ARGV[4])
local seen_kept, resume_kept = tonumber(ARGV[5]), tonumber(ARGV[6])

local function signal_presence(course, learner) redis.call('PUBLISH', prefix .. 'presence:' .. course, learner) end

local NO_POSITION = '"position":null}'

-- A heartbeat without a position leaves the session's position of the same item as it is.
local function with_position(session, blob, kept)
  local beat, position = cjson.decode('{' .. session), blob:match('"position":([^,}]+)}$')
  if not position or beat.item ~= kept.item or beat.registration ~= kept.registration then return session end
  return session:sub(1, -#NO_POSITION - 1) .. '"position":' .. position .. '}'
end

local busy = {}
for place = 7, #ARGV, 7 do
  local learner, at, id, course = ARGV[place], tonumber(ARGV[place + 1]), ARGV[place + 2], ARGV[place + 3]
  local session, registration, point = ARGV[place + 4], ARGV[place + 5], ARGV[place + 6]
  local age = now - at

  local key = prefix .. 'l:' .. learner
  local blob = age < seen_kept and redis.call('GET', key)
  local kept = blob and cjson.decode(blob)
  if age < seen_kept and is_later(kept, at, id) then
    local continues = kept and not kept.ended and kept.id == id and now - kept.at < session_kept
    local started = continues and kept.started or at
    if continues and session:sub(-#NO_POSITION) == NO_POSITION then session = with_position(session, blob, kept) end
    redis.call('SET', key, '{"started":' .. whole(started) .. ',' .. session, 'PX', whole(seen_kept - age))
    if kept and kept.course ~= course then
      redis.call('ZREM', prefix .. 'c:' .. kept.course, learner)
      signal_presence(kept.course, learner)
    end
    signal_presence(course, learner)
    if age < away_for then
      redis.call('ZADD', prefix .. 'c:' .. course, whole(at), learner)
      busy[course] = math.max(away_for - age, busy[course] or 0)
    end
  end

  if point ~= '' and move_point(prefix, registration, at, id, point, resume_kept - age) then
    mark_unsaved(prefix, registration, resume_kept)
  end
end

for course, left in pairs(busy) do
  local key = prefix .. 'c:' .. course
  redis.call('ZREMRANGEBYSCORE', key, '-inf', whole(now - away_for))
  if redis.call('PTTL', key) < left then redis.call('PEXPIRE', key, whole(left)) end
end
"""
"""Behind `POINTS`. ARGV: prefix, now, AWAY_FOR, SESSION_TTL, LAST_SEEN_TTL, RESUME_POINT_TTL, then of each heartbeat:
learner, at, session id, course, the learner's blob without its beginning, registration, the resume point's blob (empty:
none). Times in ms."""

END = """
local prefix, now, session_kept, learner, id = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5]
local until_ms = tonumber(ARGV[6])
local key = prefix .. 'l:' .. learner
local blob = redis.call('GET', key)
local kept = blob and cjson.decode(blob)
if not kept or kept.ended or kept.id ~= id or now - kept.at >= session_kept then return nil end
if until_ms and kept.at > until_ms then return nil end
redis.call('SET', key, '{"ended":true,' .. blob:sub(2), 'KEEPTTL')
redis.call('ZREM', prefix .. 'c:' .. kept.course, learner)
redis.call('PUBLISH', prefix .. 'presence:' .. kept.course, learner)
return blob
"""
"""ARGV: prefix, now, SESSION_TTL, learner, session id, a time (empty: none). Answers the blob of the session that was
ended, or nil."""
