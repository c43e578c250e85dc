"""What a rule is given, and how it says what it found."""

from functools import cached_property

from services.audit.cast import Cast
from services.audit.configuration import Configuration, Role
from services.audit.findings import Finding
from services.audit.making import Makers
from services.audit.symbols import Symbol
from services.audit.tree import Tree


class Case:
    """One tree under one configuration."""

    def __init__(self, tree: Tree, configuration: Configuration) -> None:
        self.tree, self.configuration = tree, configuration
        self.cast = Cast(tree, configuration)

    @cached_property
    def makers(self) -> Makers:
        """Who makes what; several rules ask."""
        return Makers(self.cast)

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
