"""Which statements the store uses. Each handles a whole batch: on a server every statement is a round trip.

Lists come as one value, ``keys`` (user, run, run_seq), so that a statement is the same text whatever their
number.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Dialect,
    Integer,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    select,
    update,
)

from adapters.event_log.frames import PLACE_BYTES
from adapters.event_log.sql.phrases import Inserting, Phrases
from adapters.storage.prepared import Prepared
from adapters.storage.tables import events, logs, producers
from services.ports.events import READ_BYTES

SOME = 100
"""Logs that are tidied in one transaction: others wait for it."""


def _number(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=BigInteger)


USER: BindParameter[Any] = bindparam("user", type_=Text)
RUN: BindParameter[Any] = bindparam("run", type_=Text)
MY_LOG, MY_EVENTS, MY_RUNS = logs.c.user_id == USER, events.c.user_id == USER, producers.c.user_id == USER
HOLDING = logs.c.first <= logs.c.head
OLD = logs.c.appended_at < _number("before")


class LogStatements:
    """The statements, compiled for one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        say = self._phrases = Phrases(server=dialect.name == "postgresql")
        self._dialect = dialect
        keys = self._keys = say.keys()
        named = logs.c.user_id.in_(select(say.part(keys, 0)))
        place = select(logs, say.timeline().label("now_on"))
        self.lock = self._of(place.where(named).order_by(logs.c.user_id).with_for_update(of=logs))
        self.place = self._of(place.where(MY_LOG))
        self.places = self._of(place.where(named))
        self.moved = self._of(place.where(logs.c.appended_at >= _number("since"), HOLDING))
        self.add_log = self._of(say.inserting(logs).on_conflict_do_nothing())
        self.move = self._of(_move())
        self.see = self._of(_see(named))
        self.aged = self._of(_some(HOLDING & OLD))
        self.forgotten = self._of(_some(OLD & (logs.c.seen_at < _number("before"))))
        self.drop_log = self._of(delete(logs).where(MY_LOG))
        self._about_events()
        self._about_producers()

    def _about_events(self) -> None:
        run_seq = cast(self._phrases.part(self._keys, 2), BigInteger)
        wanted = self._wanted(events) & (events.c.run_seq == run_seq)
        known = select(events.c.user_id, events.c.run_id, events.c.run_seq, events.c.seq)
        after, since, below = _number("after"), _number("since"), _number("below")
        self.add_event = self._of(self._phrases.inserting(events))
        self.read = self._of(_page(_frames().where(events.c.seq > after)))
        self.read_run = self._of(_frames().where(events.c.seq >= since, events.c.run_id == RUN))
        self.repeated = self._of(known.join_from(self._keys, events, wanted))
        self.drop_events = self._of(delete(events).where(MY_EVENTS, events.c.seq < below))

    def _about_producers(self) -> None:
        insert, all_of_them = self._phrases.inserting(producers), select(producers)
        self.producer = self._of(all_of_them.where(MY_RUNS, producers.c.run_id == RUN))
        self.producers = self._of(all_of_them.join_from(self._keys, producers, self._wanted(producers)))
        self.advance = self._of(_renewing(insert, "last"))
        self.fence = self._of(_renewing(insert, "token"))
        self.restart = self._of(update(producers).where(MY_RUNS).values(last=0))
        self.drop_producers = self._of(delete(producers).where(MY_RUNS, producers.c.at < _number("before")))

    def _wanted(self, table: Table) -> ColumnElement[bool]:
        user, run = (self._phrases.part(self._keys, index) for index in (0, 1))
        return (table.c.user_id == user) & (table.c.run_id == run)

    def _of(self, statement: Any) -> Prepared:
        return Prepared(statement, self._dialect)


def _frames() -> Select[*tuple[Any, ...]]:
    return select(events.c.seq, events.c.run_id, events.c.body).where(MY_EVENTS).order_by(events.c.seq)


def _page(frames: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The first ``most``, until they are ``READ_BYTES`` together: what follows does not leave the server."""
    some = frames.limit(bindparam("most", type_=Integer)).subquery()
    size = func.length(some.c.body) + literal_column(str(PLACE_BYTES))
    sized = select(
        some, size.label("size"), func.sum(size).over(order_by=some.c.seq).label("upto")
    ).subquery()
    fits = (sized.c.upto <= literal_column(str(READ_BYTES))) | (sized.c.upto == sized.c.size)
    return select(sized.c.seq, sized.c.run_id, sized.c.body).where(fits).order_by(sized.c.seq)


def _some(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Logs that somebody else is busy with are left for the next time."""
    return select(logs).where(which).limit(SOME).with_for_update(skip_locked=True)


def _move() -> Update:
    return (
        update(logs)
        .where(MY_LOG)
        .values(
            epoch=bindparam("new_epoch", type_=Text),
            timeline=bindparam("new_timeline", type_=Text),
            head=_number("new_head"),
            first=_number("new_first"),
            appended_at=_number("new_appended_at"),
        )
    )


def _see(which: ColumnElement[bool]) -> Update:
    return update(logs).where(which, logs.c.seen_at < _number("before")).values(seen_at=_number("now"))


def _renewing(insert: Inserting, what: str) -> Inserting:
    """Neither a number nor a token is ever lowered."""
    given = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=["user_id", "run_id"],
        set_={what: given[what], "at": given["at"]},
        where=producers.c[what] < given[what],
    )
