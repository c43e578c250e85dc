"""Revision 0002: the event log. Frozen: later changes to the tables are later revisions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    logs()
    op.create_table(
        "events",
        text("user_id"),
        number("seq"),
        text("run_id"),
        number("run_seq"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "seq", name="pk_events"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "producers",
        text("user_id"),
        text("run_id"),
        number("last"),
        number("token"),
        number("at"),
        sa.PrimaryKeyConstraint("user_id", "run_id", name="pk_producers"),
        sqlite_with_rowid=False,
    )


def logs() -> None:
    op.create_table(
        "logs",
        text("user_id"),
        text("epoch"),
        text("timeline"),
        number("head"),
        number("first"),
        number("appended_at"),
        number("seen_at"),
        sa.PrimaryKeyConstraint("user_id", name="pk_logs"),
    )
    op.create_index("ix_logs_seen_at", "logs", ["seen_at"])
    where = sa.text("first <= head")
    op.create_index("ix_logs_holding", "logs", ["appended_at"], sqlite_where=where, postgresql_where=where)


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)
