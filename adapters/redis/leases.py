"""Leases as keys that end by themselves, by the server's clock.

A server that may have lost leases knows of no lease what it is worth: until everybody has had the time to
renew, nobody is said to be without one. Else the first to come back after Redis was restarted would end the
runs of all the others.
"""

from collections.abc import Collection

from adapters.redis.link import RedisLink
from adapters.redis.scripts import Plain, Script
from services.ports.leases import Leases
from services.sealed import Sealed

# ``g``: the server's history, ``t``: since when it knows leases, ``w``: the longest one that was asked for
_STAND = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('HMGET', KEYS[1], 'g', 't', 'w')
local history = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
local since, longest = tonumber(held[2] or now), math.max(tonumber(held[3] or 0), tonumber(ARGV[2]))
if held[1] ~= history then since = now end
redis.call('HSET', KEYS[1], 'g', history, 't', since, 'w', longest)
"""
HOLD = Script(_STAND + "redis.call('SET', KEYS[2], 1, 'PX', ARGV[2])")
WITHOUT = Script(
    _STAND
    + """
local missing = {}
if now - since >= longest then
  for i = 2, #KEYS do
    if redis.call('EXISTS', KEYS[i]) == 0 then missing[#missing + 1] = i - 2 end
  end
end
return missing
"""
)


class RedisLeases(Leases, metaclass=Sealed):
    """All leases share one hash tag, so that one script sees them together."""

    def __init__(self, link: RedisLink, prefix: str = "soledoor") -> None:
        self._link, self._stand = link, f"{prefix}:{{leases}}"
        self._mine = 0

    async def hold(self, replica: str, seconds: float) -> None:
        """Set the key; see the port."""
        self._mine = max(self._mine, int(seconds * 1000))
        await self._link.ask(HOLD.on(self._stand, self._key(replica), arguments=(int(seconds * 1000),)))

    async def release(self, replica: str) -> None:
        """Delete the key; see the port."""
        await self._link.ask(Plain(("DEL", self._key(replica))))

    async def without(self, replicas: Collection[str]) -> frozenset[str]:
        """Return those whose key is gone; none while others may still be about to renew. See the port."""
        names = list(replicas)
        keys = (self._stand, *map(self._key, names))
        (missing,) = await self._link.ask(WITHOUT.on(*keys, arguments=(self._mine,)))
        return frozenset(names[n] for n in missing)

    def _key(self, replica: str) -> str:
        return f"{self._stand}:{replica}"
