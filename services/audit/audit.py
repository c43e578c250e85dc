"""An audit as a whole: the facts of all files in, the report out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from services.audit.configuration import AuditConfigurationError, Configuration
from services.audit.facts.records import FileFacts
from services.audit.findings import Finding, Report, Unparsed
from services.audit.patterns import path_fits
from services.audit.rules import silences
from services.audit.rules.awaiting import unawaited_factories
from services.audit.rules.bypasses import constructor_bypasses
from services.audit.rules.case import Case
from services.audit.rules.construction import constructions
from services.audit.rules.cycles import import_cycles
from services.audit.rules.duplicates import duplicate_classes
from services.audit.rules.factories import competing_factories, creation_paths
from services.audit.rules.implementations import competing_adapters, competing_implementations
from services.audit.rules.imports import bypass_imports
from services.audit.rules.singletons import module_singletons
from services.audit.silencing import Silencer
from services.audit.tree import Tree

RULES: Mapping[str, Callable[[Case], Iterator[Finding]]] = MappingProxyType(
    {
        "competing-implementation": competing_implementations,
        "competing-factory": competing_factories,
        "creation-path": creation_paths,
        "competing-adapter": competing_adapters,
        "construction-outside-root": constructions,
        "constructor-bypass": constructor_bypasses,
        "bypass-import": bypass_imports,
        "import-cycle": import_cycles,
        "unawaited-factory": unawaited_factories,
        "module-singleton": module_singletons,
        "duplicate-class": duplicate_classes,
        silences.RULE: lambda case: silences.silences_without_reason(case, RULES),
    }
)

FACADE_RULES = frozenset(
    {"competing-implementation", "competing-factory", "competing-adapter", "creation-path", "bypass-import"}
)
"""What a declared facade may do: have other names and hand over. It may not construct."""


def audit(
    files: Mapping[str, FileFacts],
    configuration: Configuration,
    unparsed: Iterable[Unparsed] = (),
    root_name: str = "",
) -> Report:
    """Return what the rules find in a tree.

    Raises ``AuditConfigurationError`` when it names a rule, owner or factory that is not there.
    """
    case = Case(Tree(files, root_name), configuration)
    silencer, found, declared, silenced = Silencer(files), [], 0, 0
    for name in _asked(configuration):
        for finding in RULES[name](case):
            if finding.group not in configuration.groups:
                continue
            if _is_declared(configuration, finding):
                declared += 1
            elif silencer.allows(finding):
                silenced += 1
            else:
                found.append(finding)
    ordered = sorted(
        dict.fromkeys(found), key=lambda each: (each.file, each.line, each.rule, each.role, each.symbol)
    )
    return Report(tuple(ordered), len(files), tuple(unparsed), silenced, declared)


def _asked(configuration: Configuration) -> list[str]:
    for rule in configuration.rules:
        if rule not in RULES:
            known = ", ".join(RULES)
            raise AuditConfigurationError("rules", f"there is no rule {rule!r}; rules are {known}")
    return [rule for rule in RULES if rule in configuration.rules or not configuration.rules]


def _is_declared(configuration: Configuration, finding: Finding) -> bool:
    if finding.rule not in FACADE_RULES:
        return False
    own = next((role.facades for role in configuration.roles if role.name == finding.role), {})
    return path_fits(finding.file, (*configuration.facades, *own))
