"""Which engines keep the data and count: SQLite, the disk and memory, unless a setting names PostgreSQL."""

from adapters.storage.limits import SqlLimits
from adapters.storage.places import located, names_postgres
from config.database import Database
from containers import values
from containers.application import ApplicationContainer
from containers.kernel import Shared


def choose_engines(container: ApplicationContainer, database: Database) -> None:
    """Set the container's engines before it is verified; raises ``InvalidInput`` naming ``database.url``."""
    if database.url is not None and names_postgres(database.url):
        located(database.url)  # refuses where the driver is missing, which is imported next
        _use_postgres(container, database)


def _use_postgres(container: ApplicationContainer, database: Database) -> None:
    from adapters.event_log.sql.postgres import PostgresEventStore  # noqa: PLC0415 - only where it is used
    from adapters.storage.kept_files import DatabaseFileStore  # noqa: PLC0415
    from adapters.storage.postgres_database import PostgresDatabase  # noqa: PLC0415

    container.database.set_provides(PostgresDatabase)
    container.database.set_args(Shared(values.server_at, container.settings), database.pool)
    container.event_store.set_provides(PostgresEventStore)
    container.files.set_provides(DatabaseFileStore)
    container.files.set_args(container.database, container.clock, container.limits.provided.files_per_user)
    # Where there is a server there may be replicas: what a process counts for itself is not enough.
    container.shared_limits.set_provides(SqlLimits)
    container.shared_limits.set_args(container.database, container.clock)
