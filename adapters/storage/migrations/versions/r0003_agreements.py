"""Revision 0003: what processes agree on. Frozen: later changes to the tables are later revisions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    counted()
    told()
    switched()


def counted() -> None:
    op.create_table(
        "limits",
        text("key"),
        text("entries"),
        number("until"),
        sa.PrimaryKeyConstraint("key", name="pk_limits"),
    )
    op.create_table(
        "leases", text("replica"), number("until"), sa.PrimaryKeyConstraint("replica", name="pk_leases")
    )


def told() -> None:
    op.create_table(
        "notices",
        sa.Column("position", position(), nullable=False),
        text("kind"),
        text("subject"),
        number("posted_at"),
        sa.PrimaryKeyConstraint("position", name="pk_notices"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "ephemeral",
        text("kind"),
        text("key"),
        number("until"),
        text("value"),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_ephemeral"),
    )
    op.create_index("ix_ephemeral_until", "ephemeral", ["until"])


def switched() -> None:
    op.create_table(
        "switches", text("name"), text("value"), sa.PrimaryKeyConstraint("name", name="pk_switches")
    )
    op.create_table(
        "switch_changes",
        sa.Column("position", position(), nullable=False),
        text("name"),
        sa.Column("old", sa.Text()),
        text("new"),
        text("who"),
        number("changed_at"),
        sa.PrimaryKeyConstraint("position", name="pk_switch_changes"),
    )
    op.create_index("ix_switch_changes_name_position", "switch_changes", ["name", "position"])


def position() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)
