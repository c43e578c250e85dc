"""Revision 0001: the first tables. Frozen: later changes to the tables are later revisions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    people()
    conversations()
    runs()
    belongings()


def people() -> None:
    op.create_table(
        "users",
        text("user_id"),
        text("name"),
        text("name_key"),
        text("roles"),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        text("password_hash"),
        sa.PrimaryKeyConstraint("user_id", name="pk_users"),
        sa.UniqueConstraint("name_key", name="uq_users_name_key"),
    )
    op.create_table(
        "sessions",
        text("session_id"),
        text("user_id"),
        text("token_hash"),
        number("created_at"),
        number("last_used_at"),
        number("expires_at"),
        sa.PrimaryKeyConstraint("session_id", name="pk_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])


def conversations() -> None:
    arriving("threads", text("thread_id"), text("title"), number("created_at"), key=("thread_id",))
    op.create_index("ix_threads_user_id_position", "threads", ["user_id", "position"])
    arriving(
        "messages",
        text("message_id"),
        text("thread_id"),
        text("role"),
        text("content"),
        sa.Column("run_id", sa.Text()),
        number("created_at"),
        in_thread("messages"),
        key=("message_id",),
    )
    op.create_index(
        "ix_messages_user_id_thread_id_position", "messages", ["user_id", "thread_id", "position"]
    )


def runs() -> None:
    arriving(
        "runs",
        text("run_id"),
        text("thread_id"),
        text("message_id"),
        text("status"),
        number("created_at"),
        *(sa.Column(name, sa.Text()) for name in ("agent", "files", "answer", "error")),
        *(sa.Column(name, sa.BigInteger()) for name in ("started_at", "finished_at")),
        in_thread("runs"),
        sa.UniqueConstraint("user_id", "message_id", name="uq_runs_user_id_message_id"),
        key=("run_id",),
    )
    op.create_index("ix_runs_user_id_finished_at", "runs", ["user_id", "finished_at"])
    some("ix_runs_unfinished", "runs", ["position"], "finished_at IS NULL")
    some("ix_runs_with_files", "runs", ["user_id", "thread_id", "position"], "files IS NOT NULL")


def belongings() -> None:
    arriving("notes", text("note_id"), text("text"), text("folded"), number("created_at"), key=("note_id",))
    op.create_index("ix_notes_user_id_position", "notes", ["user_id", "position"])
    arriving(
        "files",
        text("file_id"),
        text("name"),
        text("media_type"),
        number("bytes"),
        number("created_at"),
        key=("file_id",),
    )
    op.create_index("ix_files_user_id_position", "files", ["user_id", "position"])
    arriving(
        "calls",
        *(
            text(name)
            for name in ("run_id", "call_id", "tool_name", "arguments", "result", "error", "status")
        ),
        number("execution_time_us"),
        number("finished_at"),
        key=("run_id", "call_id"),
    )


def arriving(table: str, *parts: sa.schema.SchemaItem, key: tuple[str, ...]) -> None:
    """Make a table whose rows are numbered as they arrive and known by their owner and key."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        table,
        sa.Column("position", number, nullable=False),
        text("user_id"),
        *parts,
        sa.PrimaryKeyConstraint("position", name=f"pk_{table}"),
        sa.UniqueConstraint("user_id", *key, name="_".join(("uq", table, "user_id", *key))),
    )


def some(name: str, table: str, columns: list[str], condition: str) -> None:
    """Make an index of the rows that fulfil a condition."""
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def in_thread(table: str) -> sa.ForeignKeyConstraint:
    own, other = ["user_id", "thread_id"], ["threads.user_id", "threads.thread_id"]
    return sa.ForeignKeyConstraint(own, other, name=f"fk_{table}_threads")


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)
