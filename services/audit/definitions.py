"""What the files of a tree define, found by symbol."""

from collections.abc import Mapping

from services.audit.facts.records import Class, FileFacts, Function, Import, Use
from services.audit.symbols import CLASS, FUNCTION, Bound, Symbol, bound_names


class Definitions:
    """Classes, functions and methods of all files, and what each file binds."""

    def __init__(self, files: Mapping[str, FileFacts]) -> None:
        self.files = files
        self.classes: dict[Symbol, Class] = {}
        self.functions: dict[Symbol, Function] = {}
        self.methods: dict[Symbol, dict[str, Function]] = {}
        self.known: dict[tuple[str, Symbol], bool] = {}
        """Answers about classes that many rules ask for, by question and class."""
        self._names: dict[str, dict[str, Bound]] = {}
        self._stars: dict[str, list[Import]] = {}
        self._by_last: dict[str, list[Symbol]] = {}
        self._uses: dict[str, dict[str, list[Use]]] = {}
        for path, facts in files.items():
            self._enter(path, facts)

    def binds(self, path: str, name: str) -> bool:
        """Whether a file itself binds a name at its top level, so that no submodule of the name is meant."""
        target = self._names[path].get(name)
        return target is not None and not (isinstance(target, Import) and target.name in {"", name})

    def functions_named(self, last: str) -> list[Symbol]:
        """Return every function and method of a name."""
        if not self._by_last:
            for symbol in self.functions:
                self._by_last.setdefault(symbol.last, []).append(symbol)
        return self._by_last.get(last, [])

    def owner(self, path: str, scope: str) -> Symbol | None:
        """Return the class that a scope lies in."""
        while scope:
            symbol = Symbol(CLASS, path, scope)
            if symbol in self.classes:
                return symbol
            scope = scope.rpartition(".")[0]
        return None

    def uses_in(self, path: str, scope: str) -> list[Use]:
        """Return which methods a function or method calls on what."""
        if path not in self._uses:
            by_scope = self._uses[path] = {}
            for use in self.files[path].uses:
                by_scope.setdefault(use.scope, []).append(use)
        return self._uses[path].get(scope, [])

    def _enter(self, path: str, facts: FileFacts) -> None:
        self._names[path] = bound_names(path, facts)
        self._stars[path] = [each for each in facts.imports if each.name == "*"]
        for record in facts.classes:
            self.classes[Symbol(CLASS, path, record.name)] = record
        for function in facts.functions:
            symbol = Symbol(FUNCTION, path, function.name)
            self.functions[symbol] = function
            if function.owner:
                self.methods.setdefault(Symbol(CLASS, path, function.owner), {})[symbol.last] = function
