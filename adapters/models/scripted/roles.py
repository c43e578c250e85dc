"""Which tools have a well-known shape: a calculator, a clock, a time converter, notes, tables.

Decided from parameters and descriptions, so that a foreign tool of the same shape is used in the same way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from adapters.models.scripted.tools import ToolView

_ZONE = frozenset({"zone", "timezone", "tz", "city", "place", "location", "region"})
_CLOCK = frozenset({"time", "clock", "datetime", "now"})
_ADD = frozenset({"add", "save", "store", "create", "write", "remember", "keep", "new", "take", "append"})
_FIND = frozenset({"search", "find", "query", "recall", "look", "lookup"})
_NOTE = frozenset({"note", "notes", "memo", "memos", "memory", "memories", "notebook"})


def _calculator(tool: ToolView) -> bool:
    expression = tool.parameter("expression", "formula", "calculation", "equation")
    return expression is not None and expression.kind == "string" and len(tool.required) == 1


def _clock(tool: ToolView) -> bool:
    if tool.name_words.isdisjoint(_CLOCK) or len(tool.parameters) > 2:
        return False
    zone = [p for p in tool.parameters if not _ZONE.isdisjoint(p.words)]
    return len(zone) == 1 and all(p in zone for p in tool.required)


def _time_converter(tool: ToolView) -> bool:
    zones = [p for p in tool.parameters if not _ZONE.isdisjoint(p.words)]
    return len(zones) == 2 and tool.parameter("time", "datetime", "when", "clock") is not None


def _notes(tool: ToolView) -> bool:
    return not tool.name_words.isdisjoint(_NOTE)


def _note_add(tool: ToolView) -> bool:
    return _notes(tool) and not tool.name_words.isdisjoint(_ADD) and _one_string(tool)


def _note_search(tool: ToolView) -> bool:
    return _notes(tool) and not tool.name_words.isdisjoint(_FIND) and _one_string(tool)


def _note_list(tool: ToolView) -> bool:
    return (
        _notes(tool) and not tool.name_words.isdisjoint({"list", "all", "show", "get"}) and not tool.required
    )


def _note_delete(tool: ToolView) -> bool:
    verbs = {"delete", "remove", "forget", "drop", "erase"}
    return _notes(tool) and not tool.name_words.isdisjoint(verbs) and len(tool.required) == 1


def _one_string(tool: ToolView) -> bool:
    return len(tool.required) == 1 and tool.required[0].kind == "string"


def _table_query(tool: ToolView) -> bool:
    return tool.parameter("sql") is not None and tool.parameter("file") is not None


def _table_describe(tool: ToolView) -> bool:
    return (
        _only_file(tool)
        and not tool.words.isdisjoint({"describe", "columns"})
        and "load" not in tool.name_words
    )


def _table_load(tool: ToolView) -> bool:
    return _only_file(tool) and "load" in tool.name_words


def _only_file(tool: ToolView) -> bool:
    return len(tool.required) == 1 and "file" in tool.required[0].words and tool.required[0].kind == "string"


@dataclass(frozen=True, slots=True, eq=False)
class Toolbox:
    """The tools of one question; each role holds the first tool that fills it. ``others`` fill none."""

    tools: tuple[ToolView, ...]
    others: tuple[ToolView, ...]
    calculator: ToolView | None = None
    clock: ToolView | None = None
    time_converter: ToolView | None = None
    note_add: ToolView | None = None
    note_search: ToolView | None = None
    note_list: ToolView | None = None
    note_delete: ToolView | None = None
    table_query: ToolView | None = None
    table_describe: ToolView | None = None
    table_load: ToolView | None = None

    @property
    def tables(self) -> bool:
        """Whether a question about a table can be answered."""
        return self.table_query is not None and self.table_describe is not None


_ROLES: Mapping[str, Callable[[ToolView], bool]] = {
    "calculator": _calculator,
    "clock": _clock,
    "time_converter": _time_converter,
    "note_add": _note_add,
    "note_search": _note_search,
    "note_list": _note_list,
    "note_delete": _note_delete,
    "table_query": _table_query,
    "table_describe": _table_describe,
    "table_load": _table_load,
}


@lru_cache(maxsize=128)
def toolbox(tools: tuple[ToolView, ...]) -> Toolbox:
    """Return the tools sorted by role; cached, since views are shared by every question."""
    found: dict[str, ToolView] = {}
    for tool in tools:
        role = next((role for role, fits in _ROLES.items() if role not in found and fits(tool)), None)
        if role is not None:
            found[role] = tool
    taken = set(found.values())
    return Toolbox(tools=tools, others=tuple(t for t in tools if t not in taken), **found)
