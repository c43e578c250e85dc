"""What names stand for, and which names one file binds."""

from collections.abc import Iterable
from typing import NamedTuple

from services.audit.facts.records import FileFacts, Import

MODULE, CLASS, FUNCTION, HELD = "module", "class", "function", "held"


class Symbol(NamedTuple):
    """A module, class, function or module's variable of the tree; ``name`` is qualified within its file."""

    kind: str
    path: str
    name: str

    @property
    def last(self) -> str:
        """The name alone."""
        return self.name.rpartition(".")[2]

    def __str__(self) -> str:
        return f"{self.last} ({self.path})"


Bound = Symbol | Import | str
"""Something of the file itself, something imported, or another name that it stands for."""


def bound_names(path: str, facts: FileFacts) -> dict[str, Bound]:
    """Return what the names at a file's top level stand for; its own definitions come before imports."""
    names: dict[str, Bound] = {}
    for each in facts.imports:
        if each.bound and each.name != "*":
            names.setdefault(each.bound, each)
    held = [each for each in facts.held if not each.scope]
    for one in held:
        if one.how == "alias":
            names.setdefault(one.name, one.value)
    own = [(FUNCTION, each.name) for each in facts.functions if not each.owner]
    own += [(CLASS, each.name) for each in facts.classes]
    names.update((name, Symbol(kind, path, name)) for kind, name in _outermost(own))
    for one in held:
        if one.how != "alias":
            names.setdefault(one.name, Symbol(HELD, path, one.name))
    return names


def _outermost(named: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    return ((kind, name) for kind, name in named if "." not in name)
