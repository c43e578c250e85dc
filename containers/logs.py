"""Which event log the application has: a durable one in its database, unless a setting says otherwise."""

from adapters.event_log.memory import MemoryEventLog
from config.settings import Events
from containers import values
from containers.application import ApplicationContainer
from containers.kernel import Shared


def choose_log(container: ApplicationContainer, events: Events) -> None:
    """Set the container's event log before it is verified."""
    if events.log == "memory":
        container.event_log.set_provides(MemoryEventLog)
        container.event_log.set_args(container.clock, Shared(values.log_bounds, container.settings))
