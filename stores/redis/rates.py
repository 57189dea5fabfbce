"""Rates in Redis: a key for each account, with its level in microseconds since 1970, on the clock of Redis."""

from hashlib import sha256

from redis.asyncio import Redis

from stores.domain.rates import MICROSECOND, Grant, Rate
from stores.ports.rates import Rates
from stores.redis.client import translate_errors

TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local units, owed, unit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full = now + ARGV[4] * unit
local level = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now) + owed * unit
level = math.min(math.max(level, now), full + ARGV[5] * unit)
local granted = math.max(0, math.min(units, math.floor((full - level) / unit + 0.000001)))
local wait = 0
if granted == 0 and units > 0 then wait = math.ceil(level + unit - full) end
level = level + granted * unit
if level > now then
  redis.call('SET', KEYS[1], string.format('%.0f', level), 'PX', string.format('%.0f', math.ceil((level - now) / 1000)))
else
  redis.call('DEL', KEYS[1])
end
return {granted, wait}
"""
"""KEYS: the account. ARGV: units, owed units, the microseconds in which a unit flows off, the burst, the most that can
be owed. Returns the granted units, and microseconds to wait. See `stores.domain.rates.Levels.take`."""


class RedisRates(Rates):
    """`prefix` begins every key. The account is the hash tag."""

    def __init__(self, client: Redis, *, prefix: str = "q:") -> None:
        self._client = client
        self._prefix = prefix
        self._take = client.register_script(TAKE)

    async def ping(self) -> None:
        with translate_errors("rates"):
            await self._client.ping()

    async def take(self, account: str, units: int, *, owed: float, rate: Rate) -> Grant:
        # An account is personal data, of any length: its digest is as good.
        key = f"{self._prefix}rates:{{{sha256(account.encode(errors='surrogatepass')).hexdigest()[:32]}}}"
        with translate_errors("rates"):
            granted, wait = await self._take([key], [units, owed, rate.unit_us, rate.burst, rate.most_owed])
        return Grant(granted, wait * MICROSECOND)
