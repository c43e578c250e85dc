"""``bypass-import``: imports of what competes, is deprecated, or is not there any more."""

from collections.abc import Iterator

from services.audit.configuration import Role
from services.audit.facts.records import TYPE_CHECKING, Import, Use
from services.audit.findings import HIGH, MEDIUM, Finding
from services.audit.patterns import fits, words
from services.audit.rules.case import Case, Imported
from services.audit.rules.factories import factories_of
from services.audit.rules.second_names import front_door
from services.audit.symbols import MODULE, Symbol

RULE = "bypass-import"


def bypass_imports(case: Case) -> Iterator[Finding]:
    """Yield each import that goes past a role's owner."""
    for role in case.cast.roles:
        rivals = _rivals(case, role)
        homes = {symbol.path for symbol in rivals}
        for each in case.imports:
            what = _what(case, role, each, rivals, homes)
            if what:
                record = each.record
                confidence = MEDIUM if record.kind == TYPE_CHECKING else HIGH
                message = f"{record.kind} import of {_text(record)}: {what}"
                name = record.bound or record.module
                yield case.finding(RULE, role, each.path, record.line, name, message, confidence)


def _rivals(case: Case, role: Role) -> set[Symbol]:
    owner, factory = case.cast.owners[role.name], case.cast.factories[role.name]
    rivals = {*case.cast.members[role.name], *factories_of(case, role)} if owner else set()
    makers = case.makers.of[role.name].values()
    public = (maker for maker in makers if not maker.record.owner and not maker.symbol.last.startswith("_"))
    rivals |= {maker.symbol for maker in public if owner and not maker.official}
    return {
        each for each in rivals if each not in {owner, factory} and not case.makers.allowed(role, each.path)
    }


def _what(case: Case, role: Role, each: Imported, rivals: set[Symbol], homes: set[str]) -> str:
    record, symbol = each.record, each.symbol
    if role.deprecated and (deprecated := _deprecated(role, each)):
        gone = each.source is None and _ours(case, each)
        return f"{deprecated} is deprecated for the role {role.name}{' and does not exist' if gone else ''}"
    if each.missing:
        named = fits(record.name, role.classes) or role.word in words(_absolute(each))
        return f"the module does not exist; it would be of the role {role.name}" if named else ""
    if symbol is None or symbol.path == each.path or each.path in _homes(case, role):
        return ""  # the owner's own file may know what else there is
    if symbol.kind == MODULE:
        whole = symbol.path in homes and symbol.path not in _homes(case, role)
        meant = whole and (role.word in words(symbol.path) or _reaches(case, each, rivals))
        return f"the module is not where {role.name} lives ({_owner(case, role)})" if meant else ""
    if symbol in rivals and not front_door(each.path, symbol):
        return f"it competes with {case.owner_text(role)}"
    return _detour(case, role, each, symbol)


def _detour(case: Case, role: Role, each: Imported, symbol: Symbol) -> str:
    """The owner itself, taken from a module that only passes it on."""
    if symbol not in {case.cast.owners[role.name], case.cast.factories[role.name]}:
        return ""
    source = each.source
    if source is None or source == symbol.path or front_door(source, symbol) or front_door(each.path, symbol):
        return ""
    return f"{each.record.module} only passes {symbol.last} on; it lives in {symbol.path}"


def _reaches(case: Case, each: Imported, rivals: set[Symbol]) -> bool:
    """Whether a file takes a competing thing out of a module that it imported as a whole."""
    path, start = each.path, f"{each.record.bound}."
    facts = case.tree.files[path]
    named = [(call.name, call.scope) for call in facts.calls]
    named += [(name, use.scope) for use in facts.uses for name in (use.receiver, *_members(use))]
    named += [(base, "") for record in facts.classes for base in record.bases]
    found = (case.tree.resolve(path, name, scope) for name, scope in named if f"{name}.".startswith(start))
    return any(symbol in rivals for symbol in found)


def _members(use: Use) -> list[str]:
    return [f"{use.receiver}.{method}" for method in use.methods]


def _homes(case: Case, role: Role) -> set[str]:
    return {s.path for s in (case.cast.owners[role.name], case.cast.factories[role.name]) if s}


def _owner(case: Case, role: Role) -> str:
    owner = case.cast.owners[role.name]
    return owner.path if owner else "no owner is configured"


def _absolute(each: Imported) -> str:
    """Return the dotted name of the module that an import names, relative ones too."""
    module = each.record.module
    if not module.startswith("."):
        return module
    name = module.lstrip(".")
    parts = each.path.split("/")[:-1]
    parts = parts[: len(parts) - (len(module) - len(name) - 1)]
    return ".".join([*parts, *([name] if name else [])])


def _deprecated(role: Role, each: Imported) -> str:
    full = _absolute(each)
    names = (full, f"{full}.{each.record.name}" if each.record.name else full)
    for module in role.deprecated:
        for name in names:
            if name == module or name.startswith(f"{module}.") or name.endswith(f".{module}"):
                return module
    return ""


def _ours(case: Case, each: Imported) -> bool:
    return _absolute(each).partition(".")[0] in case.tree.modules.tops


def _text(each: Import) -> str:
    return f"{each.name} from {each.module}" if each.name else each.module
