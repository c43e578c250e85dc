"""How the application is doing, in figures; for administrators, by the tool ``system_status``."""

from collections.abc import Mapping
from dataclasses import asdict

from services.memory import MemoryService
from services.sealed import Sealed
from services.tools.admission import DispatcherAdmission
from services.tools.limits import CallLimits
from services.tools.threads import ToolThreads


class SystemStatus(metaclass=Sealed):
    """Reads counters; changes nothing."""

    def __init__(
        self,
        memory: MemoryService,
        admission: DispatcherAdmission,
        limits: CallLimits,
        threads: ToolThreads,
    ) -> None:
        self._memory, self._admission, self._limits, self._threads = memory, admission, limits, threads

    def __call__(self) -> Mapping[str, object]:
        """Return JSON values: memory, live dispatchers and their users, running calls, busy threads."""
        return {
            "memory": asdict(self._memory.status()),
            "live_dispatchers": self._admission.live,
            "users_with_dispatchers": self._admission.users,
            "running_calls": self._limits.active,
            "busy_tool_threads": self._threads.busy,
            "overrunning_tool_threads": self._threads.overrunning,
        }
