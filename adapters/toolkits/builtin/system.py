"""What an administrator may see of the running system."""

from collections.abc import Callable, Mapping, Sequence

from services.sealed import Sealed
from services.tools.function import tool, tool_from_function
from services.tools.tool import Tool
from services.tools.toolkit import Toolkit


class SystemTools(Toolkit, metaclass=Sealed):
    """One tool over a callable that is asked anew each time, on the loop's thread."""

    def __init__(self, status: Callable[[], Mapping[str, object]]) -> None:
        self._status = status

    def tools(self) -> Sequence[Tool]:
        """Return ``system_status``."""
        return (tool_from_function(self.system_status),)

    @tool(admin=True)
    async def system_status(self) -> dict[str, object]:
        """Report memory use, live requests and limits of this server. For administrators."""
        return dict(self._status())
