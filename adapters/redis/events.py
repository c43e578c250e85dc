"""Events kept in Redis: one script for each step, and for each user keys of his own that stay together."""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from secrets import token_hex
from typing import Any

from adapters.event_log.frames import PLACE_BYTES, framed
from adapters.event_log.store import (
    REMEMBERED_SECONDS,
    Answer,
    Change,
    Entry,
    EventStore,
    KeptBounds,
    Moved,
    new_epoch,
)
from adapters.redis.event_scripts import APPEND, FENCE, HEAD, LAST_RUN_SEQ, MOVED, MOVED_SINCE, READ, READ_RUN
from adapters.redis.following import Follower
from adapters.redis.link import RedisLink
from adapters.redis.scripts import Part, Plain, Script, ScriptCall
from services.errors import Superseded
from services.ports.events import READ_BYTES, Frame, Head, Lapped, Place
from services.sealed import Sealed

WITNESSED = 10_000
"""Of how many users the last place is remembered; to know it of more only finds a loss sooner."""
META_MS = int(REMEMBERED_SECONDS * 1000)
WATCHED_MS = META_MS + 3_600_000
"""A log that is watched lives a day from the last look, also where the next look comes late."""
RECENT_MS, LATE_MS = 120_000, 10_000
"""For how long a move is noted down, and how long after its append the note may come."""
AT_ONCE = 500
"""Most users asked about in one exchange, so that others get their turn."""


class RedisEventStore(EventStore, metaclass=Sealed):
    """A user's keys share the hash tag ``{user}``: a cluster keeps them in one place, and no other user's
    events are ever under them.

    This process remembers the places it was told. Where the server knows less, whatever the reason, it has
    lost events, and the epoch ends.
    """

    def __init__(self, link: RedisLink, bounds: KeptBounds, prefix: str = "soledoor") -> None:
        self._link, self._bounds, self._prefix = link, bounds, prefix
        self._me, self._channel, self._recent = token_hex(8), f"{prefix}:moved", f"{prefix}:recent"
        self._witnessed: OrderedDict[str, Place] = OrderedDict()

    async def append(self, entries: Sequence[Entry]) -> Sequence[Answer]:
        """Keep the entries, each user's in one step; see the contract."""
        users: dict[str, list[int]] = {}
        for n, entry in enumerate(entries):
            users.setdefault(entry.user_id, []).append(n)
        calls = [self._appending(user, [entries[n] for n in places]) for user, places in users.items()]
        *appended, _ = await self._link.ask(*calls, MOVED.on(self._recent, arguments=(RECENT_MS, *users)))
        answers: list[Answer | None] = [None] * len(entries)
        for (user, places), (*stand, seqs) in zip(users.items(), appended, strict=True):
            head = self._head(user, *stand)
            for n, seq in zip(places, seqs, strict=True):
                answers[n] = _answer(entries[n], seq, head)
        return [answer for answer in answers if answer is not None]

    async def heads(self, user_ids: Collection[str]) -> Mapping[str, Head]:
        """Return where these logs stand; see the contract."""
        users = list(user_ids)
        found: dict[str, Head] = {}
        for start in range(0, len(users), AT_ONCE):
            some = users[start : start + AT_ONCE]
            answers = await self._link.ask(*[self._call(HEAD, user) for user in some])
            found |= {user: self._head(user, *answer) for user, answer in zip(some, answers, strict=True)}
        return found

    async def moved_since(self, mark: str, user_ids: Collection[str]) -> tuple[str, Sequence[Change]]:
        """Return the heads of those that moved lately, whoever they are; see the contract.

        What a process that died in between has not noted down, and what the server lost, is found by the next
        question for all.
        """
        call = MOVED_SINCE.on(self._recent, arguments=(int(mark or 0), LATE_MS))
        ((now, moved),) = await self._link.ask(call)
        if mark and now - int(mark) < RECENT_MS - LATE_MS:
            user_ids = {user.decode("utf-8", "surrogatepass") for user in moved} & set(user_ids)
        heads = await self.heads(user_ids)
        return str(now), [Change(user, Place(head.epoch, head.head)) for user, head in heads.items()]

    async def read(self, user_id: str, after: int, limit: int) -> tuple[Head, Sequence[Frame]]:
        """Return head and frames; see the contract."""
        *stand, found = await self._ask(READ, user_id, after, limit, READ_BYTES, PLACE_BYTES)
        head = self._head(user_id, *stand)
        pairs = zip(found[::2], found[1::2], strict=True)
        return head, [
            framed(run.decode("utf-8", "surrogatepass"), body, Place(head.epoch, seq))
            for seq, (run, body) in enumerate(pairs, after + 1)
        ]

    async def read_run(self, user_id: str, run_id: str) -> Sequence[Frame]:
        """Return the kept frames of one run; see the contract."""
        *stand, found = await self._ask(READ_RUN, user_id, run_id)
        head = self._head(user_id, *stand)
        pairs = zip(found[::2], found[1::2], strict=True)
        return [framed(run_id, body, Place(head.epoch, int(at))) for at, body in pairs]

    async def last_run_seq(self, user_id: str, run_id: str) -> int:
        """Return the last number of the run; see the contract."""
        return int(await self._ask(LAST_RUN_SEQ, user_id, run_id))

    async def fence(self, user_id: str, run_id: str, token: int) -> None:
        """Refuse lower tokens; see the contract. A fence outlives the epoch."""
        await self._ask(FENCE, user_id, run_id, token)

    async def trim(self, watched: Collection[str]) -> None:
        """Let the meta of these users live on; everything else runs out by the server's clock."""
        users = list(watched)
        for start in range(0, len(users), AT_ONCE):
            keys = [self._keys(user)[0] for user in users[start : start + AT_ONCE]]
            await self._link.ask(*[Plain(("PEXPIRE", key, WATCHED_MS)) for key in keys])

    async def check(self) -> None:
        """Write something; raises ``Unavailable`` as an append would."""
        await self._link.say("SET", f"{self._prefix}:check", self._me, "PX", 1000)

    async def follow(self, moved: Moved) -> None:
        """Follow what others append; see the contract."""
        await Follower(self._link, self._channel, self._me).follow(moved)

    def _appending(self, user_id: str, entries: Sequence[Entry]) -> ScriptCall:
        kept = int(self._bounds.seconds * 1000)
        words: list[Part] = [self._bounds.events, kept, self._channel, self._me, user_id]
        for entry in entries:
            words += (entry.run_id, entry.run_seq, entry.fence, entry.body)
        return self._call(APPEND, user_id, *words)

    async def _ask(self, script: Script, user_id: str, *more: Part) -> Any:
        return (await self._link.ask(self._call(script, user_id, *more)))[0]

    def _call(self, script: Script, user_id: str, *more: Part) -> ScriptCall:
        epoch, seq = self._witnessed.get(user_id, ("", 0))
        return script.on(*self._keys(user_id), arguments=(new_epoch(), META_MS, epoch, seq, *more))

    def _keys(self, user_id: str) -> tuple[str, str]:
        return f"{self._prefix}:{{{user_id}}}:log", f"{self._prefix}:{{{user_id}}}:events"

    def _head(self, user_id: str, epoch: bytes, seq: int, kept: int) -> Head:
        place = Place(epoch.decode(), seq)
        self._witness(user_id, place)
        return Head(place.epoch, seq - kept + 1, seq)

    def _witness(self, user_id: str, place: Place) -> None:
        """Answers may overtake each other: of two places of one epoch the higher one counts."""
        known = self._witnessed.get(user_id)
        if known is None or known.epoch != place.epoch or known.seq < place.seq:
            self._witnessed[user_id] = place
        self._witnessed.move_to_end(user_id)
        if len(self._witnessed) > WITNESSED:
            self._witnessed.popitem(last=False)


def _answer(entry: Entry, seq: int, head: Head) -> Answer:
    if seq > 0:
        return Place(head.epoch, seq)
    return Superseded(entry.run_id) if seq < 0 else Lapped(entry.run_seq, head)
