"""``competing-implementation`` and ``competing-adapter``: several classes that fill one role."""

from collections.abc import Iterator

from services.audit.configuration import Role
from services.audit.facts.records import Class
from services.audit.findings import HIGH, Finding
from services.audit.kinds import is_mock
from services.audit.patterns import words
from services.audit.rules.case import Case
from services.audit.rules.second_names import SecondName, second_names
from services.audit.symbols import CLASS, Symbol

IMPLEMENTATION, ADAPTER = "competing-implementation", "competing-adapter"
_ADAPTERS = frozenset(
    {"bridge", "emitter", "adapter", "notifier", "gateway", "connector", "relay", "forwarder", "translator"}
)


def competing_implementations(case: Case) -> Iterator[Finding]:
    """Yield each class beside the owner, and each second name of one that fills the role."""
    for role in case.cast.roles:
        if not role.between:
            yield from _of_role(case, role, IMPLEMENTATION)


def competing_adapters(case: Case) -> Iterator[Finding]:
    """Yield each bridge, emitter or adapter beside the owner that stands between the same two roles."""
    for role in case.cast.roles:
        if role.between:
            yield from _of_role(case, role, ADAPTER)
            yield from _by_what_they_touch(case, role)


def _of_role(case: Case, role: Role, rule: str) -> Iterator[Finding]:
    members, owner = case.cast.members[role.name], case.cast.owners[role.name]
    for symbol, member in members.items():
        if symbol != owner:
            line = case.tree.classes[symbol].line if symbol.kind == CLASS else 1
            message = f"{symbol.last} fills the role {role.name} beside {case.owner_text(role)}: {member.why}"
            yield case.finding(rule, role, symbol.path, line, symbol.name, message, member.confidence)
    for second in second_names(case, members.__contains__):
        yield case.finding(rule, role, second.file, second.line, second.name, _second(role, second), HIGH)


def _second(role: Role, second: SecondName) -> str:
    what = "is a second name for" if second.how == "alias" else "is a second import path to"
    return f"{second.name} {what} {second.symbol}, which fills the role {role.name}"


def _by_what_they_touch(case: Case, role: Role) -> Iterator[Finding]:
    """Adapters by name that hold or call things of both roles, whatever their methods are named."""
    sides = [each for name in role.between for each in case.cast.roles if each.name == name]
    if len(sides) != 2:
        return
    guarded = [{*case.guarded(side)} for side in sides]
    for symbol, record in case.tree.classes.items():
        named = bool(_ADAPTERS & set(words(symbol.last))) and not is_mock(case.tree, symbol)
        if not named or symbol in case.cast.members[role.name]:
            continue
        if symbol in case.cast.interfaces[role.name]:
            continue
        touched = _touched(case, symbol, record)
        if all(touched & side for side in guarded):
            message = (
                f"{symbol.last} stands between {' and '.join(role.between)} beside {case.owner_text(role)}"
            )
            yield case.finding(ADAPTER, role, symbol.path, record.line, symbol.name, message, "medium")


def _touched(case: Case, symbol: Symbol, record: Class) -> set[Symbol]:
    names = {*record.attributes.values()}
    facts = case.tree.files[symbol.path]
    inside = f"{symbol.name}."
    names |= {use.receiver for use in facts.uses if use.scope.startswith(inside)}
    names |= {call.name for call in facts.calls if call.scope.startswith(inside)}
    found = (
        case.tree.resolve(symbol.path, name, symbol.name) for name in names if not name.startswith("self")
    )
    return {each for each in found if each is not None}
