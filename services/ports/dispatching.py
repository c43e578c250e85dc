"""Port: the door every tool call takes."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from typing import Any, Self

from services.ports.models import ToolSchema
from services.tools.result import ToolExecutionResult, ToolResult


class ToolDispatcher(ABC):
    """The tools of one request, bound to one user's context.

    A tool that fails, is unknown, times out or gets wrong arguments never raises: the result says so with a
    code. Permission and authentication failures raise for every caller, and then nothing was run and no
    event was sent. After ``cleanup`` every other method raises ``DispatcherClosed`` (a ``RuntimeError``).
    """

    @abstractmethod
    async def execute_tool(
        self,
        tool_name: str,
        parameters: dict[str, Any] | None = None,
        *,
        require_permission_check: bool = True,
        agent_name: str = "direct",
        state: Any = None,
    ) -> ToolExecutionResult:
        """Call a tool. When cancelled, the tool is cancelled too, its completion event is sent, and the
        cancellation goes on.

        Raises ``PermissionDenied``; leaving out the permission check takes the admin role. ``agent_name``
        is who asks, as the events say it; ``state`` reaches a tool that has a parameter of that name.
        """

    @abstractmethod
    async def dispatch_tool(
        self,
        tool_name: str,
        parameters: dict[str, Any],
        state: Any = None,
        run_id: str | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Call a tool for an old caller: ``{"success", "result" | "error", "metadata": {"tool_name",
        "run_id"}}``.

        A ``run_id`` other than the context's answers "not found" and counts as a security violation.
        ``kwargs`` are ignored.
        """

    @abstractmethod
    async def dispatch(self, tool_name: str, **kwargs: Any) -> ToolResult:
        """Call a tool for an old caller, with the arguments as keywords."""

    @abstractmethod
    def has_tool(self, tool_name: str) -> bool:
        """Whether this dispatcher knows the name."""

    @abstractmethod
    def register_tool(self, tool: Any, tool_func: Any = None, description: str | None = None) -> None:
        """Add a tool to this dispatcher alone: an object, or a name with a function.

        Raises ``ValueError`` when the name is taken, ``ToolDefinitionError`` when it is no tool.
        """

    @abstractmethod
    def get_available_tools(self) -> list[str]:
        """Return the names."""

    @abstractmethod
    def schemas(self, patterns: tuple[str, ...] = ("*",)) -> Sequence[ToolSchema]:
        """Return what a model is told of the tools that this user may call and whose names fit a pattern."""

    @abstractmethod
    def get_metrics(self) -> dict[str, Any]:
        """Return this dispatcher's figures; exact at any moment."""

    @abstractmethod
    async def open(self) -> None:
        """Take a place among the user's live dispatchers; may be called twice. Raises ``TooMuch``."""

    def __await__(self) -> Generator[Any, None, Self]:
        """Open, and give the dispatcher: some old callers await what their plain functions return."""
        return self._opened().__await__()

    async def _opened(self) -> Self:
        await self.open()
        return self

    @abstractmethod
    async def cleanup(self) -> None:
        """Close; may be called twice, from any task. Calls in flight run to their end, further ones are
        refused.
        """

    @property
    @abstractmethod
    def tools(self) -> dict[str, Any]:
        """Name → tool, as a copy."""

    @property
    @abstractmethod
    def has_websocket_support(self) -> bool:
        """Whether somebody is listening now."""

    @property
    @abstractmethod
    def websocket_bridge(self) -> Any:
        """The bridge events take."""
