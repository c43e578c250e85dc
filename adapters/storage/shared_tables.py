"""The tables by which processes agree: limits, leases, notices, short-lived values, switches, and uses of old
names.

Times are microseconds since 1970 by the database's own clock.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from adapters.storage.tables import metadata

NUMBER = BigInteger().with_variant(Integer, "sqlite")

limits = Table(
    "limits",
    metadata,
    Column("key", Text, primary_key=True),
    Column("entries", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("replica", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("position", NUMBER, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("posted_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,  # a number that was used once must not come back when its row is trimmed
)

ephemeral = Table(
    "ephemeral",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Column("value", Text, nullable=False),
    Index(None, "until"),
)

switches = Table(
    "switches",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

switch_changes = Table(
    "switch_changes",
    metadata,
    Column("position", NUMBER, primary_key=True),
    Column("name", Text, nullable=False),
    Column("old", Text),
    Column("new", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index(None, "name", "position"),
)

old_uses = Table(
    "old_uses",
    metadata,
    Column("old_name", Text, primary_key=True),
    Column("file", Text, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("function", Text, primary_key=True),
    Column("uses", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)
