"""How writers of the same thing take turns where no row can be locked, on every database alike."""

from sqlalchemy import Connection

POSTGRES = "postgresql"


def alone(connection: Connection, *what: str) -> None:
    """Return once nobody else is between this line, with the same words, and the end of a transaction.

    Only inside ``Database.write``. On SQLite nothing is to be done: writes go one after the other there.
    """
    if connection.dialect.name == POSTGRES:
        cursor = connection.connection.cursor()
        try:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", (repr(what),))
        finally:
            cursor.close()
