"""The scripts behind a user's log: what is read, decided and written in one step that nothing interrupts.

A user has two keys. The *meta* hash: ``e`` epoch, ``s`` head, ``g`` the history of the server under which
that was so, ``d`` whether the last event was on disk when it was confirmed, ``r:RUN`` the run's last
``run_seq:seq``, ``f:RUN`` its fence. The *stream*: one entry ``SEQ-0`` for each kept event.

An epoch ends, and with it all that it held but the fences, when the server can have lost something that
counts: its ``master_replid``, which Redis changes at every restart and every promotion of a replica, differs
from ``g``; or a caller knows a higher head. It survives a restart where the server loses nothing that it
confirms, did so before, and was no replica since: then the difference is none.
"""

from adapters.redis.guarantees import BACKLOG_SECONDS
from adapters.redis.scripts import Script

LIGHT = 8192
"""Bytes of the largest event that travels with its wake-up; of a batch none does."""

# ARGV: 1 lasting, 2 a new epoch, 3 how long the meta lives, 4 and 5 the place that the caller knows
_STAND = f"""
local meta, stream, lasting = KEYS[1], KEYS[2], ARGV[1]
local held = redis.call('HMGET', meta, 'e', 's', 'g', 'd')
local epoch, head = held[1], tonumber(held[2])
local info = redis.call('INFO', 'replication')
local history = string.match(info, 'master_replid:(%w+)')

local function begin()
  local fences, all = {{}}, redis.call('HGETALL', meta)
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 2) == 'f:' then fences[all[i]] = all[i + 1] end
  end
  redis.call('DEL', meta, stream)
  epoch, head = ARGV[2], 0
  redis.call('HSET', meta, 'e', epoch, 's', 0, 'g', history, 'd', lasting)
  for field, token in pairs(fences) do redis.call('HSET', meta, field, token) end
  redis.call('PEXPIRE', meta, ARGV[3])
end

local function only_restarted()
  local uptime = string.match(redis.call('INFO', 'server'), 'uptime_in_seconds:(%d+)')
  return lasting == '1' and held[4] == '1' and string.find(info, 'master_replid2:0+%s')
    and tonumber(uptime) < {BACKLOG_SECONDS}
end

if not epoch then
  begin()
elseif held[3] ~= history then
  if only_restarted() then redis.call('HSET', meta, 'g', history) else begin() end
end
if epoch == ARGV[4] and head < tonumber(ARGV[5]) then begin() end
"""

HEAD = Script(_STAND + "return {epoch, head, redis.call('XLEN', stream)}")

# 6 after, 7 limit, 8 most bytes, 9 bytes of a place
READ = Script(
    _STAND
    + """
local kept, after = redis.call('XLEN', stream), tonumber(ARGV[6])
local found, room = {}, tonumber(ARGV[8])
if after >= head - kept and after < head then
  for i, entry in ipairs(redis.call('XRANGE', stream, (after + 1) .. '-0', '+', 'COUNT', ARGV[7])) do
    room = room - #entry[2][6] - ARGV[9]
    if room < 0 and i > 1 then break end
    found[2 * i - 1], found[2 * i] = entry[2][2], entry[2][6]
  end
end
return {epoch, head, kept, found}
"""
)

# 6 run
READ_RUN = Script(
    _STAND
    + """
local found = {}
for _, entry in ipairs(redis.call('XRANGE', stream, '-', '+')) do
  if entry[2][2] == ARGV[6] then
    found[#found + 1], found[#found + 2] = string.match(entry[1], '%d+'), entry[2][6]
  end
end
return {epoch, head, redis.call('XLEN', stream), found}
"""
)

LAST_RUN_SEQ = Script(
    _STAND + "return tonumber(string.match(redis.call('HGET', meta, 'r:' .. ARGV[6]) or '0', '%d+'))"
)

# 6 run, 7 token
FENCE = Script(
    _STAND
    + """
local field = 'f:' .. ARGV[6]
if tonumber(ARGV[7]) > tonumber(redis.call('HGET', meta, field) or '0') then
  redis.call('HSET', meta, field, ARGV[7])
end
redis.call('PEXPIRE', meta, ARGV[3])
return 1
"""
)

# 6 most events, 7 how long they live, 8 channel, 9 who appends, 10 user, then run, run_seq, fence, body…
APPEND = Script(
    _STAND
    + """
local function first_place(run, number, last, at)
  local oldest = head - redis.call('XLEN', stream) + 1
  if number == last then return at >= oldest and at or 0 end
  local upto = at - 1
  while upto >= oldest do
    local entries = redis.call('XREVRANGE', stream, upto .. '-0', '-', 'COUNT', 64)
    for _, entry in ipairs(entries) do
      if entry[2][2] == run and tonumber(entry[2][4]) == number then
        return tonumber(string.match(entry[1], '%d+'))
      end
    end
    upto = upto - 64
  end
  return 0
end

local stored, newest_run, newest_body = 0, '', ''
local function keep(run, number, body)
  local added = redis.pcall('XADD', stream, 'MAXLEN', '=', ARGV[6], (head + 1) .. '-0',
    'r', run, 'n', number, 'b', body)
  if added.err then return added end
  head, stored = head + 1, stored + 1
  redis.call('HSET', meta, 's', head, 'd', lasting, 'r:' .. run, number .. ':' .. head)
  newest_run, newest_body = run, body
  return head
end

local function forget_runs()
  local oldest, all = head - redis.call('XLEN', stream) + 1, redis.call('HGETALL', meta)
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 2) == 'r:' and tonumber(string.match(all[i + 1], ':(%d+)')) < oldest then
      redis.call('HDEL', meta, all[i])
    end
  end
end

local function put(run, number, token, body)
  local known = redis.call('HMGET', meta, 'f:' .. run, 'r:' .. run)
  if known[1] and token < tonumber(known[1]) then return -1 end
  if known[2] then
    local last, at = string.match(known[2], '(%d+):(%d+)')
    if number <= tonumber(last) then return first_place(run, number, tonumber(last), tonumber(at)) end
  end
  return keep(run, number, body)
end

local function put_all()
  local places = {}
  for i = 11, #ARGV, 4 do
    local place = put(ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), ARGV[i + 3])
    if type(place) == 'table' then return place, true end
    places[#places + 1] = place
  end
  return places, false
end

local places, failed = put_all()
if failed and stored == 0 and string.find(places.err, 'equal or smaller') then
  begin()  -- the stream is further than its meta: somebody else wrote one of them
  places, failed = put_all()
end
"""
    + f"""
if failed then return places end
if redis.call('HLEN', meta) > 2 * ARGV[6] + 64 then forget_runs() end
if stored > 0 then
  redis.call('PEXPIRE', stream, ARGV[7])
  redis.call('PEXPIRE', meta, ARGV[3])
  if stored > 1 or #newest_body > {LIGHT} then newest_run, newest_body = '', '' end
  redis.call('PUBLISH', ARGV[8], table.concat({{ARGV[9], epoch, head, #ARGV[10], #newest_run,
    ARGV[10] .. newest_run .. newest_body}}, ' '))
end
return {{epoch, head, redis.call('XLEN', stream), places}}
"""
)

# Who has moved lately, for all users together: a key of its own, written after the appends it tells of.
_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

# 2 how long a mark is of use, 3… users
MOVED = Script(
    _NOW
    + """
for i = 3, #ARGV do redis.call('ZADD', KEYS[1], now, ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""
)

# 2 the mark, 3 how far before it an append may have begun; the answer is the next mark and who moved since
MOVED_SINCE = Script(_NOW + "return {now, redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[2] - ARGV[3], '+inf')}")
