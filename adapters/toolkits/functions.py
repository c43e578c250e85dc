"""Tools from an operator's own code: modules named in the settings, and entry points of installed packages.

What is wrong with that code is told in one line, naming the module and the cure, before the server starts.
"""

import importlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import TypeVar

from adapters.toolkits.objects import looks_like_tool, tool_from_object
from services.sealed import Sealed
from services.tools.tool import Tool, ToolDefinitionError
from services.tools.toolkit import Toolkit

GROUP = "soledoor.tools"

T = TypeVar("T")


class ModuleToolkit(Toolkit, metaclass=Sealed):
    """The public functions that each module defines, and the tool objects it holds.

    Where a module has ``__all__``, that list alone counts.
    """

    def __init__(self, modules: tuple[str, ...]) -> None:
        self._modules = modules

    def tools(self) -> Sequence[Tool]:
        """Import the modules and return their tools; raises ``ToolDefinitionError``."""
        return [tool for name in self._modules for tool in _from_module(_imported(name))]


class EntryPointToolkit(Toolkit, metaclass=Sealed):
    """What installed packages offer under ``soledoor.tools``: functions, objects, lists of them, modules."""

    def __init__(self, group: str = GROUP) -> None:
        self._group = group

    def tools(self) -> Sequence[Tool]:
        """Load the entry points and return their tools, by name; raises ``ToolDefinitionError``."""
        points = sorted(entry_points(group=self._group), key=lambda point: point.name)
        return [tool for point in points for tool in _from_entry_point(point)]


def _from_entry_point(point: EntryPoint) -> Iterator[Tool]:
    where = f"entry point {point.name} ({point.value})"
    loaded = _guarded(where, point.load)
    if isinstance(loaded, ModuleType):
        yield from _from_module(loaded)
        return
    for candidate in loaded if isinstance(loaded, list | tuple) else (loaded,):
        yield _made(where, candidate)


def _imported(name: str) -> ModuleType:
    return _guarded(f"module {name}", lambda: importlib.import_module(name))


def _guarded(where: str, load: Callable[[], T]) -> T:
    try:
        return load()
    except ModuleNotFoundError as error:
        cure = "install it, or put its folder on PYTHONPATH"
        raise ToolDefinitionError(
            where, f"needs the module {error.name}, which cannot be found: {cure}"
        ) from error
    except SyntaxError as error:
        raise ToolDefinitionError(where, f"has a syntax error in line {error.lineno}: {error.msg}") from error
    except (Exception, SystemExit) as error:  # foreign code may raise anything here
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise ToolDefinitionError(where, f"fails when it is imported: {reason}") from error


def _from_module(module: ModuleType) -> list[Tool]:
    where = f"module {module.__name__}"
    tools = [_made(where, candidate) for candidate in _candidates(module, where)]
    if not tools:
        raise ToolDefinitionError(where, "offers no tools: define a public function with type hints")
    return tools


def _candidates(module: ModuleType, where: str) -> Iterator[object]:
    listed = getattr(module, "__all__", None)
    if listed is not None:
        for name in listed:
            if not hasattr(module, name):
                raise ToolDefinitionError(where, f"lists {name!r} in __all__ but does not define it")
            yield getattr(module, name)
        return
    for name, candidate in vars(module).items():
        if name.startswith("_"):
            continue
        if inspect.isfunction(candidate):
            if candidate.__module__ == module.__name__:
                yield candidate
        elif looks_like_tool(candidate):
            yield candidate


def _made(where: str, candidate: object) -> Tool:
    try:
        return tool_from_object(candidate)
    except ToolDefinitionError as error:
        raise ToolDefinitionError(f"{error.tool} of {where}", error.problem) from error
    except TypeError as error:
        name = getattr(candidate, "__name__", type(candidate).__name__)
        raise ToolDefinitionError(
            f"{name} of {where}", f"has a type hint that cannot be read: {error}"
        ) from error
