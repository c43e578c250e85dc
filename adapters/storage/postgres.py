"""How a PostgreSQL server is reached: how long is waited for it, and what every connection is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import URL

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

OLDEST = (13,)
"""The first version whose behaviour is tested."""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """Where the database lies and how many seconds are waited: for a connection, for a lock, for a
    transaction, for somebody else's migration. A value: nothing is open.
    """

    url: URL
    connect_timeout: float = 5.0
    busy_timeout: float = 5.0
    work_timeout: float = 10.0
    migration_wait: float = 60.0

    @property
    def name(self) -> str:
        """How people are told of it: without the password."""
        url = self.url
        shown = URL.create("postgresql", url.username, None, url.host, url.port, url.database)
        return shown.render_as_string()

    def engine(self, connections: int, *, patient: bool = False) -> "AsyncEngine":
        """Return an engine that opens at most so many connections; ``patient`` ones may work without end.

        Its connections begin no transaction by themselves.
        """
        from sqlalchemy import event  # noqa: PLC0415 - what only a server needs, only with one
        from sqlalchemy.exc import InvalidatePoolError  # noqa: PLC0415
        from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

        engine = create_async_engine(
            self.url,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=self.busy_timeout,
            hide_parameters=True,
            isolation_level="AUTOCOMMIT",
            connect_args={"timeout": self.connect_timeout, "server_settings": self.told(patient=patient)},
        )

        @event.listens_for(engine.sync_engine, "checkout")
        def _still_there(connection: Any, _record: object, _proxy: object) -> None:
            if connection.driver_connection.is_closed():  # a server that stopped has closed them all
                raise InvalidatePoolError

        return engine

    def told(self, *, patient: bool = False) -> Mapping[str, str]:
        """Return the server's settings for a connection."""
        work, lock = f"{self.work_timeout * 1000:.0f}", f"{self.busy_timeout * 1000:.0f}"
        bounds = {
            "statement_timeout": work,
            "idle_in_transaction_session_timeout": work,
            "lock_timeout": lock,
        }
        return {"application_name": "soledoor", "jit": "off"} | ({} if patient else bounds)

    def arguments(self) -> Mapping[str, Any]:
        """Return what the driver is told to open a connection of its own, outside of any engine."""
        _, arguments = self.url.get_dialect()().create_connect_args(self.url)
        return {**arguments, "timeout": self.connect_timeout, "server_settings": self.told(patient=True)}
