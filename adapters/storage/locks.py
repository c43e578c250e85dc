"""What is done for one user at a time, across all processes: a lock that ends with the transaction."""

from sqlalchemy import Connection, func, select


def lock_user(connection: Connection, what: str, user_id: str) -> None:
    """Hold the lock until the transaction ends. SQLite's writers are one after another anyway."""
    if connection.dialect.name == "postgresql":
        key = func.hashtextextended(f"{what}:{user_id}", 0)
        connection.execute(select(func.pg_advisory_xact_lock(key))).close()
