"""What import statements bind, and when they run."""

import ast

from services.audit.facts.ledger import Around, Ledger
from services.audit.facts.records import EAGER, LAZY, TYPE_CHECKING, Import
from services.audit.facts.scopes import Scope


def read_import(ledger: Ledger, scope: Scope, around: Around, node: ast.Import | ast.ImportFrom) -> None:
    """Write down each name of the statement."""
    kind = TYPE_CHECKING if around.typing else LAZY if scope.lazy else EAGER
    for alias in node.names:
        if isinstance(node, ast.Import):
            module, name = alias.name, ""
            bound = alias.asname or alias.name.partition(".")[0]
            ledger.modules.add(bound)
        else:
            module, name = "." * node.level + (node.module or ""), alias.name
            bound = alias.asname or alias.name
        if alias.asname:
            bound = alias.asname
        ledger.imports.append(
            Import(node.lineno, kind, module, name, bound, scope.name, around.optional, False)
        )
