"""The API reference, made from signatures and docstrings: ``python -m tests.docs.api`` renews it.

One page for each package, an index by layer. The source is read, not imported, so that what the pages say
does not depend on the machine that wrote them.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from tests.architecture.sources import LAYERS, Source, last_name, sources
from tests.docs.blocks import ROOT

PAGES = ROOT / "docs" / "reference" / "api"
NOT_IMPORTED = "adapters/storage/migrations/"
"""Alembic scripts: loaded by path, frozen, and called by nobody else."""
WHAT_LAYERS_DECIDE = {
    "config": "what an operator may change",
    "services": "what the system does: values, ports and use cases; no I/O",
    "adapters": "how it touches the world",
    "containers": "where objects are made, and the only place",
}
INTRODUCTION = """\
Every public module, class, function and method, by layer, with what it promises. What is meant to be used
from outside is in [Python](../python.md); the rest is for whoever works on Soledoor, and may change."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Entry:
    """One public thing: its full name, how it is written, what it promises, and what it holds."""

    name: str
    signature: str
    promise: str
    parts: tuple["Entry", ...] = ()
    fields: tuple[str, ...] = ()

    def all(self) -> Iterator["Entry"]:
        """Yield it and everything in it."""
        yield self
        for part in self.parts:
            yield from part.all()


@cache
def modules() -> Sequence[Entry]:
    """Return every public module, in order of its path."""
    return [_module(of) for of in sources(*LAYERS) if _is_public(of.module) and NOT_IMPORTED not in of.path]


def pages() -> Mapping[str, str]:
    """Return the text of every page by its file name."""
    packages: dict[str, list[Entry]] = defaultdict(list)
    for module in modules():
        packages[_package(module.name)].append(module)
    texts = {f"{package}.md": _page(package, within) for package, within in packages.items()}
    return {"index.md": _index(packages)} | texts


def _package(module: str) -> str:
    """A package's page holds its modules; the package itself stands first on it."""
    path = ROOT.joinpath(*module.split("."))
    return module if path.is_dir() else module.rpartition(".")[0]


def _is_public(name: str) -> bool:
    return not any(part.startswith("_") for part in name.split("."))


def _module(of: Source) -> Entry:
    found = tuple(_entries(of.tree.body, of.module))
    return Entry(of.module, f"`{of.module}`", _promise(of.tree), found, tuple(_constants(of.tree.body)))


def _entries(body: Iterable[ast.stmt], above: str) -> Iterator[Entry]:
    """Yield what is defined for everybody; of several definitions of one name the first that runs."""
    seen = set()
    for node in _definitions(body):
        marks = {last_name(mark) for mark in node.decorator_list}
        if not _is_public(node.name) or node.name in seen or marks & {"overload", "setter"}:
            continue
        seen.add(node.name)
        name = f"{above}.{node.name}"
        if isinstance(node, ast.ClassDef):
            parts = tuple(_entries(node.body, name))
            yield Entry(name, _class_signature(node), _promise(node), parts, tuple(_fields(node)))
        else:
            yield Entry(name, _signature(node, marks), _promise(node))


def _definitions(body: Iterable[ast.stmt]) -> Iterator[Function | ast.ClassDef]:
    for node in body:
        if isinstance(node, Function | ast.ClassDef):
            yield node
        elif isinstance(node, ast.If):
            yield from _definitions([*node.body, *node.orelse])


def _signature(node: Function, marks: set[str]) -> str:
    returned = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    if marks & {"property", "cached_property"}:
        return f"{node.name}{returned.replace(' -> ', ': ')}"
    arguments = ast.unparse(_without_self(node.args, marks))
    prefix = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    return f"{prefix}{node.name}({arguments}){returned}"


def _without_self(given: ast.arguments, marks: set[str]) -> ast.arguments:
    first = [each.arg for each in [*given.posonlyargs, *given.args][:1]]
    if "staticmethod" in marks or first not in (["self"], ["cls"], ["mcls"]):
        return given
    if given.posonlyargs:
        return _replaced(given, posonlyargs=given.posonlyargs[1:])
    return _replaced(given, args=given.args[1:])


def _replaced(given: ast.arguments, **changes: list[ast.arg]) -> ast.arguments:
    parts = {name: getattr(given, name) for name in ast.arguments._fields}
    return ast.arguments(**(parts | changes))


def _class_signature(node: ast.ClassDef) -> str:
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    return f"class {node.name}" + (f"({bases})" if bases else "")


def _fields(node: ast.ClassDef) -> Iterator[str]:
    """Yield how an object is made, where others than the container may, and what it is made of."""
    sealed = any(last_name(keyword.value) == "Sealed" for keyword in node.keywords)
    for part in node.body:
        if isinstance(part, Function) and part.name == "__init__" and not sealed:
            yield f"`{node.name}({ast.unparse(_without_self(part.args, set()))})`"
    enum = any(last_name(base).endswith("Enum") for base in node.bases)
    for place, part in enumerate(node.body):
        annotated = isinstance(part, ast.AnnAssign) and _is_public(ast.unparse(part.target))
        if annotated or (enum and isinstance(part, ast.Assign)):
            yield _field(ast.unparse(part), node.body[place + 1 : place + 2])


def _constants(body: list[ast.stmt]) -> Iterator[str]:
    """Yield what stands in capitals and is explained."""
    for place, part in enumerate(body):
        target = part.targets[0] if isinstance(part, ast.Assign) else getattr(part, "target", None)
        text = _text_of(body[place + 1 : place + 2])
        if isinstance(target, ast.Name) and _is_public(target.id) and text:
            value = ast.unparse(part)
            yield _field(value if len(value) < 80 else target.id, body[place + 1 : place + 2])


def _field(written: str, after: list[ast.stmt]) -> str:
    said = _text_of(after)
    return f"`{written}`" + (f": {_prose(said)}" if said else "")


def _text_of(after: list[ast.stmt]) -> str:
    match after:
        case [ast.Expr(value=ast.Constant(value=str(text)))]:
            return " ".join(text.split())
        case _:
            return ""


def _promise(node: ast.Module | ast.ClassDef | Function) -> str:
    return _prose(ast.get_docstring(node) or "")


def _prose(text: str) -> str:
    """Docstrings as Markdown: double backticks become single ones, and what is no code is no HTML either."""
    parts = re.split(r"(`+[^`]*`+|^ {4}.*$)", text, flags=re.MULTILINE)
    return "".join(
        _code(part) if place % 2 else part.replace("<", "&lt;") for place, part in enumerate(parts)
    )


def _code(part: str) -> str:
    return part if part.startswith("    ") else f"`{part.strip('`')}`"


def _page(package: str, within: list[Entry]) -> str:
    first, *others = sorted(within, key=lambda module: (module.name != package, module.name))
    text = [f"# {package}", "[All packages](index.md)", *_body(first, 2)] if first.name == package else []
    for module in others:
        text += [f"## {module.signature}", *_body(module, 3)]
    return "\n\n".join(part for part in text if part) + "\n"


def _body(entry: Entry, level: int) -> Iterator[str]:
    yield entry.promise
    if entry.fields:
        yield "\n".join(f"- {field}" for field in entry.fields)
    for part in entry.parts:
        yield f"{'#' * level} `{part.signature}`"
        yield from _body(part, min(level + 1, 6))


def _index(packages: Mapping[str, list[Entry]]) -> str:
    text = ["# API", INTRODUCTION]
    for layer in LAYERS[::-1]:
        text.append(f"## {layer}: {WHAT_LAYERS_DECIDE[layer]}")
        for package in sorted(name for name in packages if name.partition(".")[0] == layer):
            lines = [f"- {_link(package, module)}: {_first_sentence(module)}" for module in packages[package]]
            text += [f"### [{package}]({package}.md)", "\n".join(lines)]
    return "\n\n".join(text) + "\n"


def _link(package: str, module: Entry) -> str:
    anchor = "" if module.name == package else f"#{module.name.replace('.', '')}"
    return f"[`{module.name}`]({package}.md{anchor})"


def _first_sentence(module: Entry) -> str:
    paragraph = " ".join(module.promise.split("\n\n", maxsplit=1)[0].split())
    return paragraph if paragraph.endswith((".", ":")) else f"{paragraph}."


if __name__ == "__main__":
    PAGES.mkdir(exist_ok=True)
    written = pages()
    for old in PAGES.glob("*.md"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (PAGES / name).write_text(text, encoding="utf-8")
