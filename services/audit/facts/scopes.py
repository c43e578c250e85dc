"""What is known inside a module, a class or a function while it is read."""

import ast
from collections.abc import Iterator
from typing import Self

from services.audit.facts.names import dotted, is_class_name

MODULE, CLASS, FUNCTION = "module", "class", "function"


class Scope:
    """One module, class or function. Names are looked up as Python does: classes are left out on the way."""

    def __init__(self, kind: str, name: str = "", parent: Self | None = None) -> None:
        self.kind, self.name, self.parent = kind, name, parent
        self.types: dict[str, str] = {}
        self.aliases: dict[str, str] = {}
        self.made: dict[str, list[str]] = {}
        self.given: list[ast.expr] = []
        self.generator = False
        self.globals: set[str] = set()
        self.loose: set[str] = set()
        self.uses: dict[str, dict[str, int]] = {}

    @property
    def owner(self) -> "Scope | None":
        """The class that a method belongs to, for functions inside of the method too."""
        scope: Scope | None = self
        while scope is not None and scope.kind == FUNCTION:
            scope = scope.parent
        return scope if scope is not None and scope.kind == CLASS else None

    @property
    def lazy(self) -> bool:
        """Whether code here runs only when something is called."""
        return any(scope.kind == FUNCTION for scope in self.upwards())

    def upwards(self) -> Iterator["Scope"]:
        """Yield this scope and those around it."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def inner(self, name: str) -> str:
        """Return the qualified name of something that is defined here."""
        return f"{self.name}.{name}" if self.name else name

    def alias(self, name: str) -> str:
        """Return the class or module that a local variable stands for, or the name itself."""
        for scope in self.upwards():
            if scope.kind != CLASS and name in scope.aliases:
                return scope.aliases[name]
        return name

    def type_of(self, name: str) -> str:
        """Return the class of a local variable, empty when it is not known."""
        for scope in self.upwards():
            if scope.kind != CLASS and name in scope.types:
                return scope.types[name]
        return ""

    def callee(self, node: ast.AST) -> str:
        """Return what is called by this expression, as a dotted name; empty when it has none."""
        name = dotted(node) or _special(self, node)
        root, dot, rest = name.partition(".")
        if not dot:
            return "" if self._is_variable(root) else self.alias(root)
        kind = self.type_of(root)
        return f"{kind or self.alias(root)}.{rest}"

    def _is_variable(self, name: str) -> bool:
        """Whether a name written like a class is a parameter or variable here, which hides the class."""
        if not is_class_name(name):
            return False
        inner = (scope for scope in self.upwards() if scope.kind == FUNCTION)
        return any(name in scope.types and name not in scope.aliases for scope in inner)

    def receiver(self, node: ast.AST) -> str:
        """Return what a method is called on: its class where that is known, else its name."""
        if isinstance(node, ast.Name):
            return self.type_of(node.id) or self.alias(node.id)
        if isinstance(node, ast.Await):
            node = node.value
        if isinstance(node, ast.Call):
            name = self.callee(node.func)
            return name if name and is_class_name(name) else f"{name}()" if name else ""
        return self.callee(node)

    def values(self, node: ast.AST | None) -> Iterator[str]:
        """Yield what was called to make the value of an expression."""
        if isinstance(node, ast.Await | ast.NamedExpr | ast.Starred):
            yield from self.values(node.value)
        elif isinstance(node, ast.Call):
            yield from self._made_by(node)
        elif isinstance(node, ast.IfExp):
            yield from self.values(node.body)
            yield from self.values(node.orelse)
        elif isinstance(node, ast.BoolOp | ast.Tuple):
            for part in node.values if isinstance(node, ast.BoolOp) else node.elts:
                yield from self.values(part)
        elif node is not None:
            name = key(node)
            yield from self.made.get(name, ()) if name else ()

    def _made_by(self, node: ast.Call) -> Iterator[str]:
        name = self.callee(node.func)
        last = name.rpartition(".")[2]
        if _is_own_new(node.func) and (owner := self.owner) is not None:
            yield owner.name
        if last in {"setdefault", "cast"} and len(node.args) == 2:
            yield from self.values(node.args[1])
        elif name == "cls" and (owner := self.owner) is not None:
            yield owner.name
        elif name:
            yield name


def key(node: ast.AST) -> str:
    """Return the name under which an assignment is remembered: ``x``, ``self.x``, ``self.x[]``."""
    if isinstance(node, ast.Subscript):
        base = dotted(node.value)
        return f"{base}[]" if base else ""
    return dotted(node)


def text_of(node: ast.AST | None) -> str:
    """Return the text of a string in the source, empty for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_own_new(node: ast.expr) -> bool:
    """Whether this is ``super().__new__`` or ``object.__new__``."""
    if not isinstance(node, ast.Attribute) or node.attr != "__new__":
        return False
    base = node.value
    return dotted(base.func if isinstance(base, ast.Call) else base) in {"super", "object"}


def _special(scope: Scope, node: ast.AST) -> str:
    """Name what only a call can name: what ``getattr``, ``globals``, ``import_module`` or ``type`` gives."""
    rest = ""
    while isinstance(node, ast.Attribute):
        rest, node = f".{node.attr}{rest}", node.value
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Call):
        inner = dotted(node.value.func)
        return text_of(node.slice) + rest if inner in {"globals", "locals"} else ""
    if not isinstance(node, ast.Call) or not node.args:
        return ""
    name, first = dotted(node.func).rpartition(".")[2], node.args[0]
    if name in {"import_module", "__import__"} and text_of(first):
        return f"/{text_of(first)}{rest}"
    if name == "getattr" and len(node.args) > 1 and text_of(node.args[1]):
        base = scope.callee(first)
        return f"{base}.{text_of(node.args[1])}{rest}" if base else ""
    if name == "type" and len(node.args) == 1:
        return _class_of(scope, first) + rest
    return ""


def _class_of(scope: Scope, node: ast.AST) -> str:
    if isinstance(node, ast.Name) and node.id == "self" and (owner := scope.owner) is not None:
        return owner.name
    return scope.type_of(node.id) if isinstance(node, ast.Name) else ""
