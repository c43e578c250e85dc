"""The source tree as syntax trees, for tests that read the code instead of running it."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAYERS = ("config", "services", "adapters", "containers")


@dataclass(frozen=True)
class Source:
    """One module: its path from the root, with slashes, and its tree."""

    path: str
    tree: ast.Module
    lines: int

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree: many rules ask, one walk answers."""
        return tuple(ast.walk(self.tree))

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def source(path: str, text: str) -> Source:
    return Source(path, ast.parse(text), text.count("\n"))


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Every module below the folders, in order of path."""
    found = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(
        source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in found
    )


def layers() -> tuple[Source, ...]:
    return sources(*LAYERS)


def classes(of: Source) -> Iterator[ast.ClassDef]:
    return (node for node in of.nodes if isinstance(node, ast.ClassDef))


def last_name(node: ast.expr) -> str:
    """The rightmost name of ``a.b.C`` or of ``C[T]``."""
    if isinstance(node, ast.Subscript):
        return last_name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def is_abstract(node: ast.ClassDef) -> bool:
    bases = {last_name(base) for base in node.bases}
    marks = {last_name(mark) for part in ast.walk(node) for mark in getattr(part, "decorator_list", ())}
    return bool({"ABC", "Protocol"} & bases) or "abstractmethod" in marks


def local_names(of: Source) -> dict[str, str]:
    """What each name of a module stands for, as a dotted path: its own classes and what it imports."""
    names = {node.name: f"{of.module}.{node.name}" for node in classes(of)}
    for node in of.nodes:
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
    return names


def dotted(node: ast.expr, names: Mapping[str, str]) -> str:
    """The dotted path that an expression names, or an empty text."""
    if isinstance(node, ast.Subscript):
        return dotted(node.value, names)
    if isinstance(node, ast.Attribute):
        base = dotted(node.value, names)
        return base and f"{base}.{node.attr}"
    return names.get(node.id, node.id) if isinstance(node, ast.Name) else ""


def sealed_classes(among: Sequence[Source]) -> frozenset[str]:
    """Sealed classes by dotted path, under every name a package gives them: the metaclass is inherited."""
    names = {of.path: local_names(of) for of in among}
    passed_on = {
        f"{of.module}.{name}": path
        for of in among
        if of.path.endswith("__init__.py")
        for name, path in names[of.path].items()
    }
    bases: dict[str, set[str]] = {}
    for of in among:
        for node in classes(of):
            metaclass = {"Sealed" for keyword in node.keywords if last_name(keyword.value) == "Sealed"}
            found = {dotted(base, names[of.path]) for base in node.bases}
            bases[f"{of.module}.{node.name}"] = (
                metaclass | found | {passed_on.get(base, "") for base in found}
            )
    sealed = {"Sealed"}
    while more := {name for name, above in bases.items() if above & sealed} - sealed:
        sealed |= more | {alias for alias, path in passed_on.items() if path in more}
    return frozenset(sealed - {"Sealed"})
