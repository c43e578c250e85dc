"""What is accepted as a tool: typed functions, finished tools, objects with a run method, LangChain tools."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from adapters.toolkits.langchain import is_langchain_tool, tool_from_langchain
from services.tools.function import tool_from_function
from services.tools.tool import Tool, ToolDefinitionError

RUN_METHODS = ("run", "arun", "_run", "invoke", "execute", "__call__")


def tool_from_object(candidate: object) -> Tool:
    """Return the tool; raises ``ToolDefinitionError`` naming what is no tool, and the cure."""
    if isinstance(candidate, Tool):
        return candidate
    if inspect.isroutine(candidate):
        return tool_from_function(candidate)
    name = getattr(candidate, "name", None)
    if isinstance(candidate, type) or not isinstance(name, str) or not name:
        raise ToolDefinitionError(
            _title(candidate),
            "is no tool: give a typed function, an object with a name and a run method, or a LangChain tool"
            + (" (an instance, not the class)" if isinstance(candidate, type) else ""),
        )
    if is_langchain_tool(candidate):
        return tool_from_langchain(candidate)
    return _with_marks(
        candidate, tool_from_function(_run_method(candidate, name), name=name, description=_text(candidate))
    )


def looks_like_tool(candidate: object) -> bool:
    """Tell whether an object found in a module is meant as a tool; functions are judged by whoever asks."""
    if isinstance(candidate, type):
        return False
    named = isinstance(getattr(candidate, "name", None), str)
    runs = any(callable(getattr(candidate, method, None)) for method in RUN_METHODS[:-1])
    return isinstance(candidate, Tool) or is_langchain_tool(candidate) or (named and runs)


def _run_method(candidate: object, name: str) -> Callable[..., Any]:
    for method_name in RUN_METHODS:
        method = getattr(candidate, method_name, None)
        if callable(method):
            found: Callable[..., Any] = method
            return found
    raise ToolDefinitionError(name, f"has no run method: give it one of {', '.join(RUN_METHODS)}")


def _text(candidate: object) -> str | None:
    description = getattr(candidate, "description", None)
    return description if isinstance(description, str) and description.strip() else None


def _with_marks(candidate: object, tool: Tool) -> Tool:
    """Marks may stand on the object as well as on its method."""
    timeout = getattr(candidate, "timeout", None)
    return replace(
        tool,
        admin=tool.admin or getattr(candidate, "admin", False) is True,
        requires_approval=tool.requires_approval or getattr(candidate, "requires_approval", False) is True,
        timeout=float(timeout) if isinstance(timeout, int | float) else tool.timeout,
    )


def _title(candidate: object) -> str:
    return getattr(candidate, "__name__", None) or type(candidate).__name__
