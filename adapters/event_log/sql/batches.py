"""How a batch is kept: one transaction, a handful of statements whatever its size.

Every user's log is locked first and in one order, so two processes neither give out a number twice nor wait
for each other in a circle; a fence that was set before is then seen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from adapters.event_log.sql.phrases import listed
from adapters.event_log.sql.places import Log, locked
from adapters.event_log.sql.statements import LogStatements
from adapters.event_log.store import REMEMBERED_SECONDS, Answer, Entry, KeptBounds
from services.errors import Superseded
from services.ports.events import Lapped, Place

SLACK = 128
"""So many more events than the bound may lie in the table: rows are deleted many at a time."""

Run = tuple[str, str]
Key = tuple[str, str, int]


@dataclass(slots=True)
class _Producer:
    """One row of ``producers``."""

    last: int = 0
    token: int = 0


@dataclass(slots=True)
class Batch:
    """One batch in one transaction."""

    connection: Connection
    say: LogStatements
    bounds: KeptBounds
    now: int
    _logs: dict[str, Log] = field(init=False, default_factory=dict)
    _producers: dict[Run, _Producer] = field(init=False, default_factory=dict)
    _kept: dict[Key, Place] = field(init=False, default_factory=dict)
    _rows: list[dict[str, object]] = field(init=False, default_factory=list)
    _heads: dict[str, int] = field(init=False, default_factory=dict)
    _moved: dict[Run, int] = field(init=False, default_factory=dict)

    def keep(self, entries: Sequence[Entry]) -> list[Answer]:
        """Write them and return what became of each."""
        self._look(entries)
        answers = [self._answer(entry) for entry in entries]
        if self._rows:
            self._write()
        repeated = [index for index, answer in enumerate(answers) if answer is None]
        if repeated:
            self._find(entries[index] for index in repeated)
        return [answer or self._again(entries[index]) for index, answer in enumerate(answers)]

    def _look(self, entries: Sequence[Entry]) -> None:
        users = {entry.user_id for entry in entries}
        self._logs = locked(self.connection, self.say, users, self.now)
        runs = {(entry.user_id, entry.run_id) for entry in entries}
        for row in self.say.producers(self.connection, keys=listed(runs)):
            self._producers[row.user_id, row.run_id] = _Producer(row.last, row.token)

    def _answer(self, entry: Entry) -> Answer | None:
        """Return None for a repetition."""
        run = (entry.user_id, entry.run_id)
        producer = self._producers.get(run)
        if producer is None:
            producer = self._producers[run] = _Producer()
        if entry.fence < producer.token:
            return Superseded(entry.run_id)
        if entry.run_seq <= producer.last:
            return None
        log = self._logs[entry.user_id]
        self._heads.setdefault(entry.user_id, log.head)
        place = log.next(self.bounds, self.now)
        producer.last = self._moved[run] = entry.run_seq
        self._rows.append(
            {
                "user_id": entry.user_id,
                "seq": place.seq,
                "run_id": entry.run_id,
                "run_seq": entry.run_seq,
                "body": entry.body,
            }
        )
        return place

    def _write(self) -> None:
        connection, say = self.connection, self.say
        say.add_event.many(connection, self._rows)
        say.move.many(connection, [self._logs[user_id].values() for user_id in self._heads])
        say.advance.many(
            connection,
            [
                {"user_id": user_id, "run_id": run_id, "last": last, "token": 0, "at": self.now}
                for (user_id, run_id), last in self._moved.items()
            ],
        )
        for user_id, before in self._heads.items():
            log = self._logs[user_id]
            if before // SLACK != log.head // SLACK:
                say.drop_events(connection, user=user_id, below=log.first)
                forgotten = self.now - int(REMEMBERED_SECONDS * 1e6)
                say.drop_producers(connection, user=user_id, before=forgotten)

    def _find(self, entries: Iterable[Entry]) -> None:
        keys = listed({(entry.user_id, entry.run_id, entry.run_seq) for entry in entries})
        for row in self.say.repeated(self.connection, keys=keys):
            log = self._logs[row.user_id]
            if row.seq >= log.position(self.bounds, self.now).first:
                self._kept[row.user_id, row.run_id, row.run_seq] = Place(log.epoch, row.seq)

    def _again(self, entry: Entry) -> Answer:
        kept = self._kept.get((entry.user_id, entry.run_id, entry.run_seq))
        position = self._logs[entry.user_id].position(self.bounds, self.now)
        return kept or Lapped(entry.run_seq, position)
