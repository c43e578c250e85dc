"""Which tools one request has: the application's, or its own where it was given some. Nothing here is
shared with another request.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.context import UserExecutionContext
from services.ports.models import ToolSchema
from services.sealed import Sealed
from services.tools.catalog import unknown_tool
from services.tools.pipeline import ToolPipeline
from services.tools.tool import Tool


class Toolbox(metaclass=Sealed):
    """Name → tool for one context."""

    def __init__(self, context: UserExecutionContext, pipeline: ToolPipeline) -> None:
        self._roles, self._pipeline = context.roles, pipeline
        self._own: dict[str, Tool] | None = None

    @property
    def tools(self) -> Mapping[str, Tool]:
        """All tools of this request, read-only."""
        return self._pipeline.catalog.tools if self._own is None else self._own

    def get(self, name: str) -> Tool | None:
        """Return the tool of that name."""
        return self._pipeline.catalog.get(name) if self._own is None else self._own.get(name)

    def unknown(self, name: str) -> str:
        """Return a sentence that names near matches among what this user may call."""
        return unknown_tool(
            name, [t.name for t in self._pipeline.policy.visible(self.tools.values(), self._roles)]
        )

    def schemas(self, patterns: tuple[str, ...]) -> Sequence[ToolSchema]:
        """Return what a model is told; for the application's tools always the same tuple."""
        if self._own is None:
            return self._pipeline.catalog_schemas(self._roles, patterns)
        return self._pipeline.schemas(self._own.values(), self._roles, patterns)

    def offer_only(self, tools: Sequence[object]) -> None:
        """Have these tools and no others."""
        self._own = {}
        for tool in tools:
            self.register(tool)

    def register(self, tool: Any, function: Any = None, description: str | None = None) -> None:
        """Add a tool; raises ``ValueError`` when its name is taken."""
        made = self._pipeline.read_tool(tool, function, description)
        if made.name in self.tools:
            raise ValueError(f"tool {made.name!r} is already registered")
        self._own = {**self.tools, made.name: made}
