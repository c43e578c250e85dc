"""How many classes of each role an application has, its own and the one it has of Soledoor."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROLES = {"dispatchers": r"Dispatcher$", "factories": r"Factory$", "bridges": r"(Bridge|Emitter)$"}


def counts(tree: Path) -> dict[str, int]:
    """Count by role. Who imports Soledoor has one of each more."""
    modules = [ast.parse(path.read_text(encoding="utf-8")) for path in (tree / "helpdesk").rglob("*.py")]
    names = [node.name for module in modules for node in ast.walk(module) if isinstance(node, ast.ClassDef)]
    soledoor = any("containers" in imported for module in modules for imported in _imports(module))
    return {
        role: soledoor + len([name for name in names if re.search(pattern, name)])
        for role, pattern in ROLES.items()
    }


def _imports(module: ast.Module) -> Iterator[str]:
    return (node.module or "" for node in ast.walk(module) if isinstance(node, ast.ImportFrom))
