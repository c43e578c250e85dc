"""Limits as sorted sets and lists, each question one script, by the server's clock.

A place is a member whose score is when it runs out; a hit is a moment in a list. Keys end with the last thing
they hold, so nothing has to be swept.
"""

from collections.abc import Collection
from math import ceil

from adapters.redis.link import RedisLink
from adapters.redis.scripts import Plain, Script
from services.ports.limits import Limits, Place
from services.sealed import Sealed

_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""
_HOLD = """
local function hold(holder, milliseconds)
  redis.call('ZADD', KEYS[1], now + milliseconds, holder)
  redis.call('PEXPIREAT', KEYS[1], redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2])
end
"""
# 2 holder, 3 most, 4 milliseconds; the answer is 0 or in how many milliseconds the first runs out
TAKE = Script(
    _NOW
    + _HOLD
    + """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZSCORE', KEYS[1], ARGV[2]) or redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[3]) then
  hold(ARGV[2], tonumber(ARGV[4]))
  return 0
end
return redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] - now
"""
)
# 2 holder, 3 milliseconds
KEEP = Script(
    _NOW
    + _HOLD
    + """
local ends = redis.call('ZSCORE', KEYS[1], ARGV[2])
if not ends or tonumber(ends) <= now then return 0 end
hold(ARGV[2], tonumber(ARGV[3]))
return 1
"""
)
# 2 most, 3 window in milliseconds
HIT = Script(
    _NOW
    + """
local window, first = tonumber(ARGV[3]), redis.call('LINDEX', KEYS[1], 0)
while first and now - first >= window do
  redis.call('LPOP', KEYS[1])
  first = redis.call('LINDEX', KEYS[1], 0)
end
if redis.call('LLEN', KEYS[1]) >= tonumber(ARGV[2]) then return window - (now - (first or now)) end
redis.call('RPUSH', KEYS[1], now)
redis.call('PEXPIRE', KEYS[1], window)
return 0
"""
)


class RedisLimits(Limits, metaclass=Sealed):
    """Every key stands alone, so a cluster spreads them. What the server loses is counted anew."""

    def __init__(self, link: RedisLink, prefix: str = "soledoor") -> None:
        self._link, self._prefix = link, prefix

    @property
    def shared(self) -> bool:
        """Everybody with this Redis counts here."""
        return True

    async def take(self, place: Place, most: int, seconds: float) -> float | None:
        """Take the place; see the port."""
        call = TAKE.on(self._places(place.key), arguments=(place.holder, most, _ms(seconds)))
        return _wait(*await self._link.ask(call))

    async def give(self, places: Collection[Place]) -> None:
        """Give them back; see the port."""
        if places:
            await self._link.ask(*[Plain(("ZREM", self._places(key), holder)) for key, holder in places])

    async def keep(self, places: Collection[Place], seconds: float) -> frozenset[Place]:
        """Keep them; see the port."""
        if not places:
            return frozenset()
        calls = [KEEP.on(self._places(key), arguments=(holder, _ms(seconds))) for key, holder in places]
        kept = await self._link.ask(*calls)
        return frozenset(place for place, still in zip(places, kept, strict=True) if not still)

    async def hit(self, key: str, most: int, window_s: float) -> float | None:
        """Count one; see the port."""
        call = HIT.on(f"{self._prefix}:hits:{key}", arguments=(most, _ms(window_s)))
        return _wait(*await self._link.ask(call))

    def _places(self, key: str) -> str:
        return f"{self._prefix}:places:{key}"


def _ms(seconds: float) -> int:
    return max(1, ceil(seconds * 1000))


def _wait(milliseconds: int) -> float | None:
    return milliseconds / 1000 if milliseconds else None
