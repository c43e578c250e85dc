"""Second names and second import paths of guarded things: aliases, renaming imports, re-exports."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from services.audit.facts.records import EAGER, FileFacts, Import
from services.audit.rules.case import Case, Imported
from services.audit.symbols import Symbol
from services.audit.tree import Tree


class SecondName(NamedTuple):
    """A name or path under which a symbol can be had besides its own."""

    file: str
    line: int
    name: str
    how: str
    symbol: Symbol


def second_names(case: Case, wanted: Callable[[Symbol], bool]) -> Iterator[SecondName]:
    """Yield every second name of a symbol that is wanted."""
    for path, held, symbol in case.aliases:
        if wanted(symbol) and held.name.lstrip("_") != symbol.last.lstrip("_"):
            yield SecondName(path, held.line, held.name, "alias", symbol)
    for each in case.imports:
        if each.record.kind == EAGER and each.record.name:
            yield from _imported(case.tree, each, wanted)


def _imported(tree: Tree, each: Imported, wanted: Callable[[Symbol], bool]) -> Iterator[SecondName]:
    path, record, symbol = each.path, each.record, each.symbol
    if record.name == "*":
        yield from _starred(tree, each, wanted)
    elif symbol is None or not wanted(symbol):
        return
    elif record.bound.lstrip("_") != symbol.last and record.bound != record.name:
        yield SecondName(path, record.line, record.bound, "alias", symbol)
    elif _handed_on(path, tree.files[path], record) and not front_door(path, symbol):
        yield SecondName(path, record.line, record.bound, "re-export", symbol)


def _starred(tree: Tree, each: Imported, wanted: Callable[[Symbol], bool]) -> Iterator[SecondName]:
    for record in tree.files[each.source].classes if each.source else ():
        symbol = Symbol("class", each.source or "", record.name)
        if wanted(symbol) and "." not in record.name and not front_door(each.path, symbol):
            yield SecondName(each.path, each.record.line, record.name, "re-export", symbol)


def _handed_on(path: str, facts: FileFacts, each: Import) -> bool:
    """Whether an import is there for others: named in ``__all__``, or in a package and not used by itself."""
    if facts.exported is not None:
        return each.bound in facts.exported
    return path.endswith("__init__.py") and not each.used and not each.scope


def front_door(path: str, symbol: Symbol) -> bool:
    """Whether a file is the package that a class lies in, or one around it: that is where it is offered."""
    if not path.endswith("__init__.py"):
        return False
    folder = path.rpartition("/")[0]
    return not folder or symbol.path.startswith(f"{folder}/")
