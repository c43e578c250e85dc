"""The tool catalog: which tools this application has. Filled when it starts, never changed after."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from services.sealed import Sealed
from services.tools.tool import Tool, ToolDefinitionError
from services.tools.toolkit import Toolkit


class ToolCatalog(metaclass=Sealed):
    """Names → tools, the same for every request. Reading is safe from any thread."""

    def __init__(self, toolkits: Sequence[Toolkit]) -> None:
        """Ask every toolkit once; raises ``ToolDefinitionError`` when two tools have one name."""
        tools: dict[str, Tool] = {}
        for tool in (tool for toolkit in toolkits for tool in toolkit.tools()):
            if tool.name in tools:
                raise ToolDefinitionError(
                    tool.name, "two tools have this name: rename or leave out one of them"
                )
            tools[tool.name] = tool
        self._tools = MappingProxyType(tools)

    @property
    def tools(self) -> Mapping[str, Tool]:
        """All tools by name, read-only."""
        return self._tools

    def get(self, name: str) -> Tool | None:
        """Return the tool of that name."""
        return self._tools.get(name)

    def all(self) -> tuple[Tool, ...]:
        """Return all tools in the order they were found."""
        return tuple(self._tools.values())


def unknown_tool(name: str, known: Iterable[str]) -> str:
    """Return a sentence that names near matches, or all tools where none is near."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3) or names[:20]
    hint = f"; there is {', '.join(near)}" if near else ""
    return f"there is no tool {name[:80]!r}{hint}"
