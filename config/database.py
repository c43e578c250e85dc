"""Settings of the database."""

from pydantic import Field

from config.section import Count, Seconds, Section


class Database(Section):
    """Where users, threads, runs and notes are kept."""

    url: str | None = Field(
        default=None,
        repr=False,  # it may hold a password
        description="sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME; "
        "by default SQLite in the data directory",
    )
    busy_timeout: Seconds = Field(
        default=5, description="seconds to wait for a locked database, or for a free connection"
    )
    pool: Count = Field(default=10, description="connections to PostgreSQL, each process")
    connect_timeout: Seconds = Field(default=5, description="seconds to wait for PostgreSQL to answer")
    work_timeout: Seconds = Field(default=10, description="seconds a transaction on PostgreSQL may take")
