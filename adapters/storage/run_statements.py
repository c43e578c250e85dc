"""Which statements the run store uses. Each names the owner: a foreign row is simply not there."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Dialect,
    Integer,
    Select,
    Update,
    bindparam,
    func,
    or_,
    select,
    update,
)

from adapters.storage.prepared import Prepared, adding
from adapters.storage.tables import messages, runs, threads
from services.ports.runs import RunStatus

USER: BindParameter[Any] = bindparam("user")
THREAD: BindParameter[Any] = bindparam("thread")
BELOW, LIMIT = bindparam("below", type_=BigInteger), bindparam("limit", type_=Integer)
MINE = runs.c.user_id == USER
RUN = MINE & (runs.c.run_id == bindparam("run"))
OPEN = runs.c.finished_at.is_(None)
UNTOLD = runs.c.end_seq.is_(None)
FENCE: BindParameter[Any] = bindparam("the_fence", type_=BigInteger)
NOW: BindParameter[Any] = bindparam("now", type_=BigInteger)
QUEUED = runs.c.status == RunStatus.QUEUED.value


class RunStatements:
    """The statements, compiled for one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self.add_thread = adding(threads, dialect)
        self.add_message = adding(messages, dialect)
        self.add_run = adding(runs, dialect)
        self.begin_run = Prepared(_begin(), dialect)
        self.end_run = Prepared(_end(), dialect)
        self.thread = Prepared(_thread(), dialect)
        self.threads = Prepared(_threads(), dialect)
        self.messages = Prepared(_messages(), dialect)
        self.run = Prepared(select(runs).where(RUN), dialect)
        self.run_of_message = Prepared(
            select(runs).where(MINE, runs.c.message_id == bindparam("message")), dialect
        )
        self.files = Prepared(_files(), dialect)
        self.recent_runs = Prepared(_recent(), dialect)
        self.turns = Prepared(_turns(), dialect)
        self.take_over = Prepared(_take_over(), dialect)
        self.untold = Prepared(_untold(), dialect)
        self.tell = Prepared(_tell(), dialect)
        self.deliver = Prepared(_deliver(), dialect)


def _begin() -> Update:
    change = update(runs).where(RUN, OPEN, QUEUED)
    return change.values(status=RunStatus.RUNNING.value, started_at=NOW).returning(runs.c.thread_id)


def _end() -> Update:
    change = update(runs).where(RUN, OPEN, runs.c.fence == FENCE)
    change = change.values(
        status=bindparam("new_status"),
        answer=bindparam("new_answer"),
        error=bindparam("new_error"),
        finished_at=NOW,
    )
    return change.returning(runs.c.thread_id)


def _turns() -> Select[int, int, int]:
    """Of a user's open runs: how many go, how many wait, and how many of one thread came before a run."""
    before = (runs.c.thread_id == THREAD) & (runs.c.position < BELOW)
    counts = (("going", ~QUEUED), ("waiting", QUEUED), ("before", before))
    going, waiting, earlier = (func.count().filter(counted).label(name) for name, counted in counts)
    return select(going, waiting, earlier).where(MINE, OPEN)


def _take_over() -> Update:
    change = update(runs).where(RUN, UNTOLD, runs.c.fence == FENCE, runs.c.owner == bindparam("old_owner"))
    return change.values(owner=bindparam("new_owner"), fence=runs.c.fence + 1).returning(runs.c.fence)


def _untold() -> Select[Any]:
    return select(runs).where(UNTOLD, runs.c.owner != bindparam("but")).order_by(runs.c.position)


def _tell() -> Update:
    change = update(runs).where(RUN, UNTOLD)
    return change.values(
        end_epoch=bindparam("epoch"), end_seq=bindparam("seq", type_=BigInteger), told_at=NOW
    )


def _deliver() -> Update:
    arrived = runs.c.end_seq <= bindparam("seq", type_=BigInteger)
    change = update(runs).where(
        MINE, runs.c.delivered_at.is_(None), runs.c.end_epoch == bindparam("epoch"), arrived
    )
    return change.values(delivered_at=NOW).returning(*runs.c)


def _thread() -> Select[Any]:
    return select(threads.c.thread_id).where(threads.c.user_id == USER, threads.c.thread_id == THREAD)


def _threads() -> Select[Any]:
    own = select(threads).where(threads.c.user_id == USER, threads.c.position < BELOW)
    return own.order_by(threads.c.position.desc()).limit(LIMIT)


def _messages() -> Select[Any]:
    own = select(messages).where(messages.c.user_id == USER, messages.c.thread_id == THREAD)
    return own.where(messages.c.position < BELOW).order_by(messages.c.position.desc()).limit(LIMIT)


def _files() -> Select[Any]:
    brought = select(runs.c.files).where(MINE, runs.c.thread_id == THREAD, runs.c.files.is_not(None))
    return brought.order_by(runs.c.position)


def _recent() -> Select[Any]:
    since = runs.c.finished_at >= bindparam("since", type_=BigInteger)
    return select(runs).where(MINE, or_(OPEN, since)).order_by(runs.c.position)
