"""Where the records of one file are gathered while it is read."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from services.audit.facts.records import (
    Bypass,
    Call,
    Class,
    FileFacts,
    Function,
    Held,
    Import,
    Silence,
    Unawaited,
    Use,
)
from services.audit.facts.scopes import Scope


class Around(NamedTuple):
    """What stands around a statement within its scope."""

    typing: bool = False
    """Inside of ``if TYPE_CHECKING``."""
    optional: bool = False
    """Inside of a ``try`` that catches a failing import."""
    branch: bool = False
    """Inside of an ``if`` or a ``try``, so that another definition may stand in the other branch."""
    main: bool = False
    """Inside of ``if __name__ == "__main__"``."""


class Waiting(NamedTuple):
    """A call whose result was kept under a name: whether it is awaited is known at the end of the file."""

    record: Unawaited
    key: str
    scope: Scope


class Ledger:
    """Grows while a file is read; ``facts`` closes it."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self.imports: list[Import] = []
        self.classes: list[Class] = []
        self.functions: list[Function] = []
        self.calls: list[Call] = []
        self.uses: list[Use] = []
        self.unawaited: list[Unawaited] = []
        self.held: list[Held] = []
        self.bypasses: list[Bypass] = []
        self.loads: set[str] = set()
        self.modules: set[str] = set()
        self.exported: list[str] | None = None
        self.waiting: list[Waiting] = []
        self.docstrings: set[int] = set()

    def docstring(self, body: list[ast.stmt]) -> None:
        """Remember which lines only explain."""
        first = body[0] if body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            self.docstrings.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))

    def closed(self, scope: Scope) -> None:
        """Write down what a scope used, once it has been read."""
        for receiver, methods in scope.uses.items():
            self.uses.append(Use(min(methods.values()), scope.name, receiver, list(methods)))
        if scope.parent is not None:
            scope.parent.loose |= scope.loose

    def facts(self, silences: list[Silence]) -> FileFacts:
        """Return the records, in order of lines."""
        imports = [each._replace(used=each.bound in self.loads) for each in self.imports]
        unawaited = [*self.unawaited, *self._never_awaited()]
        return FileFacts(
            imports,
            self.classes,
            self.functions,
            self.calls,
            self.uses,
            sorted(unawaited),
            self.held,
            self.bypasses,
            silences,
            self.exported,
            len(self.lines),
        )

    def _never_awaited(self) -> Iterator[Unawaited]:
        for record, name, scope in self.waiting:
            owner = scope.owner if name.startswith("self.") else None
            if name not in (owner or scope).loose:
                yield record
