"""Which tables there are. Every key begins with its owner, so no id of one user ever meets another's.

Times are whole microseconds since 1970 in UTC and text is plain Unicode: both mean the same on every
database. ``position`` is the order of arrival; lists and cursors follow it, since two rows may carry the same
time.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _position() -> Column[int]:
    return Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _moment(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


users = Table(
    "users",
    metadata,
    Column("user_id", Text, primary_key=True),
    _text("name"),
    Column("name_key", Text, nullable=False, unique=True),
    _text("roles"),
    Column("disabled", Boolean, nullable=False),
    _text("password_hash"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("user_id", Text, nullable=False, index=True),
    Column("token_hash", Text, nullable=False, unique=True),
    _moment("created_at"),
    _moment("last_used_at"),
    _moment("expires_at"),
)

threads = Table(
    "threads",
    metadata,
    _position(),
    _text("user_id"),
    _text("thread_id"),
    _text("title"),
    _moment("created_at"),
    UniqueConstraint("user_id", "thread_id"),
    Index(None, "user_id", "position"),
)

messages = Table(
    "messages",
    metadata,
    _position(),
    _text("user_id"),
    _text("message_id"),
    _text("thread_id"),
    _text("role"),
    _text("content"),
    Column("run_id", Text),
    _moment("created_at"),
    UniqueConstraint("user_id", "message_id"),
    ForeignKeyConstraint(["user_id", "thread_id"], ["threads.user_id", "threads.thread_id"]),
    Index(None, "user_id", "thread_id", "position"),
)

runs = Table(
    "runs",
    metadata,
    _position(),
    _text("user_id"),
    _text("run_id"),
    _text("thread_id"),
    _text("message_id"),
    _text("status"),
    _moment("created_at"),
    Column("agent", Text),
    Column("files", Text),
    Column("answer", Text),
    Column("error", Text),
    Column("started_at", BigInteger),
    Column("finished_at", BigInteger),
    _text("owner"),
    Column("fence", BigInteger, nullable=False),
    Column("end_epoch", Text),
    Column("end_seq", BigInteger),
    Column("told_at", BigInteger),
    Column("delivered_at", BigInteger),
    UniqueConstraint("user_id", "run_id"),
    UniqueConstraint("user_id", "message_id"),
    ForeignKeyConstraint(["user_id", "thread_id"], ["threads.user_id", "threads.thread_id"]),
    Index(None, "user_id", "finished_at"),
)
_WITH_FILES = runs.c.files.is_not(None)
Index(
    "ix_runs_with_files",
    runs.c.user_id,
    runs.c.thread_id,
    runs.c.position,
    sqlite_where=_WITH_FILES,
    postgresql_where=_WITH_FILES,
)
_UNTOLD = runs.c.end_seq.is_(None)
Index("ix_runs_untold", runs.c.position, sqlite_where=_UNTOLD, postgresql_where=_UNTOLD)
_UNDELIVERED = runs.c.delivered_at.is_(None)
Index(
    "ix_runs_undelivered",
    runs.c.user_id,
    runs.c.end_epoch,
    runs.c.end_seq,
    sqlite_where=_UNDELIVERED,
    postgresql_where=_UNDELIVERED,
)

notes = Table(
    "notes",
    metadata,
    _position(),
    _text("user_id"),
    _text("note_id"),
    _text("text"),
    _text("folded"),
    _moment("created_at"),
    UniqueConstraint("user_id", "note_id"),
    Index(None, "user_id", "position"),
)

files = Table(
    "files",
    metadata,
    _position(),
    _text("user_id"),
    _text("file_id"),
    _text("name"),
    _text("media_type"),
    Column("bytes", BigInteger, nullable=False),
    _moment("created_at"),
    UniqueConstraint("user_id", "file_id"),
    Index(None, "user_id", "position"),
)

file_contents = Table(
    "file_contents",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("file_id", Text, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
    ForeignKeyConstraint(["user_id", "file_id"], ["files.user_id", "files.file_id"], ondelete="CASCADE"),
)

calls = Table(
    "calls",
    metadata,
    _position(),
    _text("user_id"),
    _text("run_id"),
    _text("call_id"),
    _text("tool_name"),
    _text("arguments"),
    _text("result"),
    _text("error"),
    _text("status"),
    Column("execution_time_us", BigInteger, nullable=False),
    _moment("finished_at"),
    UniqueConstraint("user_id", "run_id", "call_id"),
)

logs = Table(
    "logs",
    metadata,
    Column("user_id", Text, primary_key=True),
    _text("epoch"),
    _text("timeline"),
    Column("head", BigInteger, nullable=False),
    Column("first", BigInteger, nullable=False),
    _moment("appended_at"),
    Column("seen_at", BigInteger, nullable=False, index=True),
)
_HOLDING = logs.c.first <= logs.c.head
Index("ix_logs_holding", logs.c.appended_at, sqlite_where=_HOLDING, postgresql_where=_HOLDING)

events = Table(
    "events",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    _text("run_id"),
    Column("run_seq", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

producers = Table(
    "producers",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("run_id", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
    Column("token", BigInteger, nullable=False),
    _moment("at"),
    sqlite_with_rowid=False,
)
