"""The steps every tool call takes, as they lie in the application: one object for each step, shared by all
dispatchers.
"""

from abc import abstractmethod
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any, Protocol

from services.ports.models import ToolSchema
from services.sealed import Sealed
from services.tools.catalog import ToolCatalog
from services.tools.engine import ExecutionEngine
from services.tools.limits import CallLimits
from services.tools.metering import CallFigures
from services.tools.policy import ToolPolicy
from services.tools.recorder import CallRecorder
from services.tools.tool import Tool


class ReadTool(Protocol):
    """Turns whatever a caller calls a tool into one; raises ``ToolDefinitionError``."""

    @abstractmethod
    def __call__(self, tool: object, function: Any = None, description: str | None = None, /) -> Tool:
        """Read an object, or a name with a function."""


Patterns = tuple[str, ...]


class ToolPipeline(metaclass=Sealed):
    """resolve → authorise → validate → admit → execute → bound → record; what a dispatcher walks through."""

    def __init__(
        self,
        catalog: ToolCatalog,
        policy: ToolPolicy,
        limits: CallLimits,
        engine: ExecutionEngine,
        recorder: CallRecorder,
        read_tool: ReadTool,
    ) -> None:
        self.catalog, self.policy, self.limits = catalog, policy, limits
        self.engine, self.recorder, self.read_tool = engine, recorder, read_tool
        self.totals = CallFigures()
        self._schemas: dict[tuple[frozenset[str], Patterns], tuple[ToolSchema, ...]] = {}

    def catalog_schemas(self, roles: frozenset[str], patterns: Patterns) -> tuple[ToolSchema, ...]:
        """Return the same tuple for the same roles and patterns: schemas are made once, not per request."""
        key = (roles & {"admin"}, patterns)
        found = self._schemas.get(key)
        if found is None:
            found = self._schemas[key] = self.schemas(self.catalog.all(), roles, patterns)
        return found

    def schemas(
        self, tools: Iterable[Tool], roles: frozenset[str], patterns: Patterns
    ) -> tuple[ToolSchema, ...]:
        """Return the schemas of the tools that these roles may call and whose names fit a pattern."""
        return tuple(
            ToolSchema(tool.name, tool.description, tool.parameters)
            for tool in self.policy.visible(tools, roles)
            if any(fnmatchcase(tool.name, pattern) for pattern in patterns)
        )
