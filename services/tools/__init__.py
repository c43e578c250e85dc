"""Tools: what they are, who may call them, how one call runs."""

from services.tools.function import tool, tool_from_function
from services.tools.progress import Progress
from services.tools.tool import Injected, InvalidArguments, Tool, ToolDefinitionError, ToolFailed
from services.tools.toolkit import Toolkit

__all__ = [
    "Injected",
    "InvalidArguments",
    "Progress",
    "Tool",
    "ToolDefinitionError",
    "ToolFailed",
    "Toolkit",
    "tool",
    "tool_from_function",
]
