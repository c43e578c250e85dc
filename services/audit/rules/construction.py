"""``construction-outside-root``: a guarded class that is called where it may not be made."""

from collections.abc import Iterator

from services.audit.findings import HIGH, Finding
from services.audit.rules.case import Case

RULE = "construction-outside-root"
_HOW = {
    "partial": "is handed to something that constructs it",
    "factory": "is given as the factory of a field",
    "call": "is constructed",
}


def constructions(case: Case) -> Iterator[Finding]:
    """Yield each call of a class that fills a role, outside of the places that may make it."""
    roles = {symbol: role for role in case.cast.roles for symbol in case.cast.members[role.name]}
    for path, facts in case.tree.files.items():
        for call in facts.calls if roles else ():
            if call.how == "cls":
                continue
            symbol = case.tree.resolve(path, call.name, call.scope)
            role = roles.get(symbol) if symbol is not None else None
            if role is None or symbol is None or case.makers.allowed(role, path, call.scope):
                continue
            message = (
                f"{symbol.last} {_HOW[call.how]} outside of the places that may make the role {role.name}"
            )
            yield case.finding(RULE, role, path, call.line, call.scope or symbol.last, message, HIGH)
