"""The whole tree: what each name in each file stands for."""

from collections.abc import Mapping

from services.audit.definitions import Definitions
from services.audit.facts.records import FileFacts, Import
from services.audit.modules import Modules
from services.audit.symbols import CLASS, FUNCTION, MODULE, Symbol

_DEEPEST = 12
"""How many steps an alias may lead through others: more is a circle."""


class Tree(Definitions):
    """Facts of all files by path, and the answers that need more than one of them."""

    def __init__(self, files: Mapping[str, FileFacts], root_name: str = "") -> None:
        super().__init__(files)
        self.modules = Modules(files, root_name)
        self._memo: dict[tuple[str, str, str], Symbol | None] = {}
        self._above: dict[Symbol, list[Symbol]] = {}

    def resolve(self, path: str, name: str, scope: str = "", depth: int = 0) -> Symbol | None:
        """Return what a dotted name in this scope of a file stands for; None for what is not of this tree."""
        key = (path, scope, name)
        if key not in self._memo:
            if depth > _DEEPEST:
                return None
            self._memo[key] = None  # a circle of aliases ends here
            self._memo[key] = self._resolved(path, name, scope, depth)
        return self._memo[key]

    def find_owner(self, name: str) -> Symbol | None:
        """Return the class or function that a configuration names, as ``package.module.Class`` or
        ``path.py:Class``.
        """
        path, colon, inner = name.partition(":")
        if colon and path in self.files:
            return self.member(Symbol(MODULE, path, ""), inner, 0)
        return self._absolute(name.replace(":", "."), "", 0)

    def member(self, of: Symbol, name: str, depth: int) -> Symbol | None:
        """Return what ``of.name`` stands for."""
        for part in name.split("."):
            found = self._attribute(of, part, depth)
            if found is None:
                return None
            of = found
        return of

    def method(self, of: Symbol, name: str) -> Symbol | None:
        """Return a method of a class or of what it derives from."""
        for each in (of, *self.ancestors(of)):
            if name in self.methods.get(each, ()):
                return Symbol(FUNCTION, each.path, f"{each.name}.{name}")
        return None

    def ancestors(self, of: Symbol) -> list[Symbol]:
        """Return the classes of the tree that a class derives from, the nearest first."""
        if of not in self._above:
            self._above[of] = self._ancestors(of)
        return self._above[of]

    def _ancestors(self, of: Symbol) -> list[Symbol]:
        found: dict[Symbol, None] = {}
        waiting = [of]
        while waiting:
            here = waiting.pop(0)
            record = self.classes.get(here)
            for base in record.bases if record else ():
                above = self.resolve(here.path, base, here.name.rpartition(".")[0])
                if above is not None and above.kind == CLASS and above not in found and above != of:
                    found[above] = None
                    waiting.append(above)
        return list(found)

    def imported(self, path: str, name: Import, depth: int = 0) -> Symbol | None:
        """Return what an import statement binds."""
        if not name.name:
            top = name.module.partition(".")[0]
            module = top if name.bound == top and name.bound != name.module else name.module
            found = self.modules.find(module, path)
            return Symbol(MODULE, found, "") if found else None
        source = self.modules.find(name.module, path)
        if source is not None and (
            found_here := self._attribute(Symbol(MODULE, source, ""), name.name, depth)
        ):
            return found_here
        separator = "" if name.module.endswith(".") else "."
        module_file = self.modules.find(f"{name.module}{separator}{name.name}", path)
        return Symbol(MODULE, module_file, "") if module_file else None

    def _resolved(self, path: str, name: str, scope: str, depth: int) -> Symbol | None:
        if name.startswith("/"):
            return self._absolute(name[1:], path, depth)
        if (whole := Symbol(CLASS, path, name)) in self.classes:
            return whole
        first, _, rest = name.partition(".")
        found = self._local(path, first, scope) or self._attribute(Symbol(MODULE, path, ""), first, depth)
        if found is None and rest and (module := self._dotted_import(path, name)):
            return self._absolute(module, path, depth)
        if found is None or not rest:
            return found
        return self.member(found, rest, depth) or self._absolute_if_imported(path, name, depth)

    def _local(self, path: str, first: str, scope: str) -> Symbol | None:
        while scope:
            for kind, table in ((CLASS, self.classes), (FUNCTION, self.functions)):
                symbol = Symbol(kind, path, f"{scope}.{first}")
                if symbol in table:
                    return symbol
            scope = scope.rpartition(".")[0]
        nested = Symbol(CLASS, path, first)
        return nested if nested in self.classes else None

    def _attribute(self, of: Symbol, name: str, depth: int) -> Symbol | None:
        if of.kind == CLASS:
            nested = Symbol(CLASS, of.path, f"{of.name}.{name}")
            return nested if nested in self.classes else self.method(of, name)
        if of.kind != MODULE:
            return None
        target = self._names[of.path].get(name)
        if isinstance(target, Symbol):
            return target
        if isinstance(target, Import):
            return self.imported(of.path, target, depth + 1) if depth <= _DEEPEST else None
        if target is not None:
            return self.resolve(of.path, target, "", depth + 1)
        return self._from_star(of.path, name, depth) or self._submodule(of.path, name)

    def _from_star(self, path: str, name: str, depth: int) -> Symbol | None:
        for star in self._stars.get(path, ()) if depth <= _DEEPEST else ():
            source = self.modules.find(star.module, path)
            if (
                source
                and source != path
                and (found := self._attribute(Symbol(MODULE, source, ""), name, depth + 1))
            ):
                return found
        return None

    def _submodule(self, path: str, name: str) -> Symbol | None:
        if not path.endswith("__init__.py"):
            return None
        found = self.modules.find(f".{name}", path)
        return Symbol(MODULE, found, "") if found and found != path else None

    def _dotted_import(self, path: str, name: str) -> str:
        """Return the absolute name when ``import a.b.c`` stands behind ``a.b.c.Name``."""
        first = name.partition(".")[0]
        known = self._names[path].get(first)
        return name if isinstance(known, Import) and not known.name and known.bound == first else ""

    def _absolute_if_imported(self, path: str, name: str, depth: int) -> Symbol | None:
        dotted = self._dotted_import(path, name)
        return self._absolute(dotted, path, depth) if dotted else None

    def _absolute(self, name: str, importer: str, depth: int) -> Symbol | None:
        parts = name.split(".")
        for end in range(len(parts), 0, -1):
            found = self.modules.find(".".join(parts[:end]), importer)
            if found is not None:
                module, rest = Symbol(MODULE, found, ""), ".".join(parts[end:])
                if (whole := Symbol(CLASS, found, rest)) in self.classes:
                    return whole
                return self.member(module, rest, depth) if rest else module
        return None
