"""What is done by one at a time, across all processes: a lock that ends with the transaction."""

from sqlalchemy import Connection

POSTGRES = "postgresql"


def lock(connection: Connection, what: str) -> None:
    """Hold this lock until the transaction ends. SQLite's writers are one after another anyway."""
    if connection.dialect.name == POSTGRES:
        cursor = connection.connection.cursor()
        try:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", (what,))
        finally:
            cursor.close()


def lock_user(connection: Connection, what: str, user_id: str) -> None:
    """Do so for one user."""
    lock(connection, f"{what}:{user_id}")
