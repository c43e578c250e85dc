"""Revision 0005: each run has an owner, a fence, and a note of where its end was told and delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("runs", sa.Column("owner", sa.Text(), nullable=False, server_default=""))
    op.add_column("runs", sa.Column("fence", sa.BigInteger(), nullable=False, server_default="1"))
    op.add_column("runs", sa.Column("end_epoch", sa.Text()))
    for name in ("end_seq", "told_at", "delivered_at"):
        op.add_column("runs", sa.Column(name, sa.BigInteger()))
    # What ended before was told by a log that is gone.
    op.execute("UPDATE runs SET end_epoch = '', end_seq = 0 WHERE finished_at IS NOT NULL")
    op.drop_index("ix_runs_unfinished", "runs")
    some("ix_runs_untold", ["position"], "end_seq IS NULL")
    some("ix_runs_undelivered", ["user_id", "end_epoch", "end_seq"], "delivered_at IS NULL")


def some(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "runs", columns, sqlite_where=where, postgresql_where=where)
