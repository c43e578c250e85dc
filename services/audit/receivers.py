"""Which class a method is called on, as far as the tree says it."""

from services.audit.facts.records import Function
from services.audit.symbols import CLASS, FUNCTION, HELD, Symbol
from services.audit.tree import Tree

_DEEPEST = 8


def class_of(tree: Tree, path: str, scope: str, receiver: str, depth: int = 0) -> Symbol | None:
    """Return the class of a receiver: a class, ``self.x``, ``make()`` or a module's variable by name."""
    if depth > _DEEPEST:
        return None
    if receiver.endswith("()"):
        maker = called(tree, path, scope, receiver[:-2], depth + 1)
        return result_of(tree, maker, depth + 1) if maker else None
    if receiver == "self" or receiver.startswith("self."):
        return _of_self(tree, path, scope, receiver, depth)
    head, dots, rest = receiver.partition("().")
    if dots:
        held = class_of(tree, path, scope, f"{head}()", depth + 1)
        return _attribute(tree, held, rest, depth) if held else None
    return _named(tree, path, scope, receiver, depth)


def called(tree: Tree, path: str, scope: str, name: str, depth: int = 0) -> Symbol | None:
    """Return the function or class that a call's name stands for."""
    found = None if name.startswith("self.") else tree.resolve(path, name, scope)
    if found is not None and found.kind in {CLASS, FUNCTION}:
        return found
    base, dot, method = name.rpartition(".")
    if not dot:
        return None
    held = class_of(tree, path, scope, base, depth + 1)
    return tree.method(held, method) if held else None


def result_of(tree: Tree, maker: Symbol, depth: int = 0) -> Symbol | None:
    """Return the class of which a function gives an instance."""
    if maker.kind == CLASS:
        return maker
    record = tree.functions.get(maker)
    if record is None:
        return None
    outer = maker.name.rpartition(".")[0]
    for name in record.returns:
        found = _own(tree, maker, record) if name.endswith("Self") else tree.resolve(maker.path, name, outer)
        if found is not None and found.kind == CLASS:
            return found
    for name in record.gives:
        inner = called(tree, maker.path, maker.name, name, depth + 1) if depth <= _DEEPEST else None
        if inner is not None and inner != maker and (made := result_of(tree, inner, depth + 1)):
            return made
    return None


def _named(tree: Tree, path: str, scope: str, receiver: str, depth: int) -> Symbol | None:
    found = tree.resolve(path, receiver, scope)
    if found is None and "." in receiver:
        base, _, attribute = receiver.rpartition(".")
        held = class_of(tree, path, scope, base, depth + 1)
        return _attribute(tree, held, attribute, depth) if held else None
    if found is not None and found.kind == HELD:
        return _of_held(tree, found, depth)
    return found if found is not None and found.kind == CLASS else None


def _own(tree: Tree, maker: Symbol, record: Function) -> Symbol | None:
    return Symbol(CLASS, maker.path, record.owner) if record.owner else None


def _of_self(tree: Tree, path: str, scope: str, receiver: str, depth: int) -> Symbol | None:
    here = tree.owner(path, scope)
    for attribute in receiver.split(".")[1:]:
        here = _attribute(tree, here, attribute, depth) if here else None
    return here


def _attribute(tree: Tree, of: Symbol, attribute: str, depth: int) -> Symbol | None:
    for each in (of, *tree.ancestors(of)):
        kind = tree.classes[each].attributes.get(attribute)
        if kind:
            return class_of(tree, each.path, each.name, kind, depth + 1)
    return None


def _of_held(tree: Tree, variable: Symbol, depth: int) -> Symbol | None:
    for held in tree.files[variable.path].held:
        if held.name == variable.name and not held.scope and held.how != "container":
            maker = called(tree, variable.path, "", held.value, depth + 1)
            if maker is not None and (made := result_of(tree, maker, depth + 1)):
                return made
    return None
