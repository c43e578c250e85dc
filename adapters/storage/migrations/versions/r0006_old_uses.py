"""Revision 0006: where old names are still used. Frozen: later changes to the table are later revisions."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "old_uses",
        text("old_name"),
        text("file"),
        sa.Column("line", sa.Integer(), nullable=False),
        text("function"),
        number("uses"),
        number("refused"),
        number("first_at"),
        number("last_at"),
        sa.PrimaryKeyConstraint("old_name", "file", "line", "function", name="pk_old_uses"),
    )


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)
