"""The command line with a faulty event store: what `bench` starts instead of `soledoor` when it is to inject
faults. Nothing else starts it, and no setting leads to it.

    python -m containers.faulty DROP REPEAT NOTES serve --port 0
"""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.bench.faulty import Faults, FaultyEventStore
from adapters.cli.app import build_cli
from config.logs import configure_logs, secret_values
from config.settings import Settings
from containers.application import ApplicationContainer
from containers.bootstrap import STOP_GRACE, Application, container_for
from containers.kernel import Shared, freeze, verify
from containers.lifespan import Lifespan
from containers.roles import ROLES


def put_in_the_way(container: ApplicationContainer, faults: Faults) -> None:
    """Wrap the container's event store, whichever it has; before it is frozen."""
    store = container.event_store
    behind = Shared(store.provides, *store.args, **store.kwargs)
    store.set_provides(FaultyEventStore)
    store.set_args(behind, faults)
    verify(container, ROLES)


def main() -> None:
    """Take the faults from the first arguments, and run the command line on the rest."""
    drop, repeat, notes, *arguments = sys.argv[1:]
    faults = Faults(float(drop), float(repeat), Path(notes))

    @asynccontextmanager
    async def bootstrap(settings: Settings) -> AsyncGenerator[Application, None]:
        configure_logs(settings.logs, secret_values(settings))
        container = container_for(settings)
        put_in_the_way(container, faults)
        freeze(container)
        async with Lifespan(container, settings.server.drain_seconds + STOP_GRACE):
            yield Application(container)

    build_cli(bootstrap)(args=arguments, prog_name="soledoor")


if __name__ == "__main__":
    main()
