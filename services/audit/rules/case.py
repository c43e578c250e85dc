"""What a rule is given, and how it says what it found."""

from functools import cached_property
from typing import NamedTuple

from services.audit.cast import Cast
from services.audit.configuration import Configuration, Role
from services.audit.facts.records import Held, Import
from services.audit.findings import Finding
from services.audit.making import Makers
from services.audit.symbols import MODULE, Symbol
from services.audit.tree import Tree


class Imported(NamedTuple):
    """One import of one file, and what it leads to."""

    path: str
    record: Import
    symbol: Symbol | None
    """What the name stands for; for an import of a whole module, that module."""
    source: str | None
    """The file of the module that is named."""
    missing: bool
    """Whether that module should be in this tree, and is not."""


class Case:
    """One tree under one configuration."""

    def __init__(self, tree: Tree, configuration: Configuration) -> None:
        self.tree, self.configuration = tree, configuration
        self.cast = Cast(tree, configuration)

    @cached_property
    def makers(self) -> Makers:
        """Who makes what; several rules ask."""
        return Makers(self.cast)

    @cached_property
    def imports(self) -> list[Imported]:
        """Every import of the tree; several rules ask, for every role."""
        return [
            self._imported(path, each) for path, facts in self.tree.files.items() for each in facts.imports
        ]

    @cached_property
    def aliases(self) -> list[tuple[str, Held, Symbol]]:
        """Every name of a module or class that stands for something of the tree."""
        return [
            (path, held, symbol)
            for path, facts in self.tree.files.items()
            for held in facts.held
            if held.how == "alias" and (symbol := self.tree.resolve(path, held.value, held.scope)) is not None
        ]

    def _imported(self, path: str, each: Import) -> Imported:
        source = self.tree.modules.find(each.module, path)
        if each.name and each.name != "*":
            symbol = self.tree.imported(path, each)
        else:
            symbol = Symbol(MODULE, source, "") if source and not each.name else None
        looked_for = source is None and symbol is None and not each.optional and bool(each.module.strip("."))
        return Imported(
            path, each, symbol, source, looked_for and self.tree.modules.missing(each.module, path)
        )

    def finding(
        self, rule: str, role: Role | None, file: str, line: int, symbol: str, message: str, confidence: str
    ) -> Finding:
        """Return a finding in the group of its file."""
        group = self.configuration.where.of(file)
        return Finding(rule, role.name if role else "", file, line, symbol, group, message, confidence)

    def guarded(self, role: Role) -> list[Symbol]:
        """Return the classes of a role, and what stands for any of them."""
        return [*self.cast.members[role.name], *self.cast.interfaces[role.name]]

    def owner_text(self, role: Role) -> str:
        """Say who should be there instead."""
        owner = self.cast.owners[role.name]
        return f"the role's owner {owner}" if owner else "no owner, since none is configured"
